export { default } from "@gen/vitest";
