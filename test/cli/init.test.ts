/** `baton init`: the new project validates, passes its own tests to the last way, and runs as it is. */
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { definitionFiles, projectIn } from "../../lib/cli/project.ts";
import { baton, folderOf } from "./baton.ts";

const folder = folderOf({});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const project = join(folder, "Mein Laden");
const done = { result: {} };

test("makes a project whose tests pass and reach everything", async () => {
  const made = await baton("init", project);
  expect(made).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^✔ .*Mein Laden\n[\s\S]*npm install && npx baton dev/),
  });
  const { name, devDependencies } = JSON.parse(readFileSync(join(project, "package.json"), "utf8"));
  expect(name).toBe("mein-laden");
  // Out of a clone npm finds Baton where it lies.
  const [, place = ""] = /^file:(.+)$/.exec(devDependencies["baton-states"]) ?? [];
  expect(JSON.parse(readFileSync(join(project, place, "package.json"), "utf8")).name).toBe("baton-states");
  expect((await baton("validate", join(project, "machines", "order.asl.yaml"))).out).toMatch(/is valid\n$/);
  const { code, out } = await baton("test", join(project, "tests"), "--coverage", "100");
  expect(out).toContain("coverage  order: 9/9 states · 5/5 transitions · 2/2 catchers\n4 passed, 0 failed");
  expect(code).toBe(0);
});

test.each([
  ["a1.json", 0, /✔ Ship[\s\S]*✔ SUCCEEDED/],
  ["a2.json", 1, /✖ Charge .*CardDeclined the bank says no[\s\S]*✔ Release[\s\S]*✖ FAILED .*CardDeclined/],
])("runs with its own tasks: %s", async (input, expected, said) => {
  const machine = join(project, "machines", "order.asl.yaml");
  const parameters = ["--functions", join(project, "tasks"), "--input", `@${join(project, "examples", input)}`];
  const { code, out } = await baton("run", machine, ...parameters);
  expect(out).toMatch(said);
  expect(code).toBe(expected);
});

test("a task that takes too long ends it as such, after what was done is undone", async () => {
  const file = join(project, "tests", "late.test.json");
  const mocks = {
    ...Object.fromEntries(["Reserve", "Charge", "Pack", "Label", "Refund", "Release"].map((state) => [state, done])),
    Ship: { timeout: true },
  };
  const expected = { status: "FAILED", error: "States.Timeout" };
  const tests = [{ name: "late", input: {}, mocks, expect: expected }];
  writeFileSync(file, JSON.stringify({ machine: "../machines/order.asl.yaml", tests }));
  const { code, out } = await baton("test", file);
  rmSync(file);
  expect(out).toContain("1 passed, 0 failed");
  expect(code).toBe(0);
});

test("overwrites nothing", async () => {
  expect(await baton("init", project)).toMatchObject({
    code: 1,
    err: expect.stringMatching(/is there already and not empty/),
  });
});

test("baton dev finds machines and tasks where none are named", () => {
  const none = { definitions: [], functionFolders: [] };
  expect(projectIn(folder, none)).toEqual(none);
  writeFileSync(join(project, "machines", "notes.txt"), "");
  const found = projectIn(project, none);
  expect(found).toEqual({ definitions: [join(project, "machines")], functionFolders: [join(project, "tasks")] });
  expect(definitionFiles([...found.definitions, "a.json"])).toEqual([
    join(project, "machines", "order.asl.yaml"),
    "a.json",
  ]);
  const named = { definitions: ["a.json"], functionFolders: ["b"] };
  expect(projectIn(project, named)).toEqual(named);
  expect(readdirSync(join(project, "tasks"))).toHaveLength(7);
});
