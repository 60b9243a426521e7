/** @file File names are words in lower case, joined by hyphens; dots set off what kind of file it is. */
import { basename } from "node:path";

const NAME = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)+$/;

export const kebabCase = {
  meta: { type: "suggestion", schema: [], messages: { name: "Expected a kebab-case file name, got {{name}}." } },
  create: (context) => ({
    Program(node) {
      const name = basename(context.filename);
      if (!NAME.test(name)) context.report({ node, messageId: "name", data: { name } });
    },
  }),
};
