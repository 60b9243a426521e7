import { workspace } from "@gen/eslint";

export default workspace(import.meta.dirname);
