import config from "@gen/vitest";

/** The tests that open pages are slow ones, of the pure tier: what they share is set up once, and only for them. */
export default (env) => {
  const given = config(env);
  const projects = given.test.projects.map((project) =>
    env.mode === "slow" && project.test.name === "pure"
      ? { ...project, test: { ...project.test, globalSetup: "test/browser.ts" } }
      : project,
  );
  return { ...given, test: { ...given.test, projects } };
};
