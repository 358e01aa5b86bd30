/** Which definitions somebody has saved: new and changed ones, once each, and not before they are whole. */
import { renameSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { savedDefinitions } from "../../lib/cli/saved-definitions.ts";
import { folderOf } from "./baton.ts";

const folder = folderOf({ "old.asl.json": {}, "notes.txt": "" });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("what was there is known; what is saved is told once, at the second look that finds it the same", () => {
  const saved = savedDefinitions([folder, join(folder, "absent.yaml")]);
  const look = (): readonly string[] => saved.look().map((file) => basename(file));
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  expect(look()).toEqual([]);

  write("new.asl.yaml", "StartAt: A");
  write("notes.txt", "no definition");
  write(".#new.asl.json", "an editor's own");
  expect(look()).toEqual([]);
  write("new.asl.yaml", "StartAt: A, and still more is being written");
  expect(look()).toEqual([]);
  expect(look()).toEqual(["new.asl.yaml"]);
  expect(look()).toEqual([]);

  // As long as before, and in its place all the same.
  write("old.asl.json.tmp", "[]");
  utimesSync(join(folder, "old.asl.json.tmp"), 1, 1);
  rmSync(join(folder, "old.asl.json"));
  expect(look()).toEqual([]);
  renameSync(join(folder, "old.asl.json.tmp"), join(folder, "old.asl.json"));
  expect(look()).toEqual([]);
  expect(look()).toEqual(["old.asl.json"]);

  write("absent.yaml", "StartAt: B");
  expect([...look(), ...look()]).toEqual(expect.arrayContaining(["absent.yaml"]));
});

test("a template's machine is saved with its template, and with the file that its definition stands in", () => {
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text);
  const template = (file: string) =>
    `Resources: {Orders: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: ${file}}}}`;
  write("template.yaml", template("beside.txt"));
  write("beside.txt", "{}");
  write("other.txt", "{}");
  const machine = `${join(folder, "template.yaml")}#Orders`;
  const saved = savedDefinitions([machine]);
  const twice = () => [...saved.look(), ...saved.look()];
  expect(twice()).toEqual([]);

  write("beside.txt", "changed");
  expect(twice()).toEqual([machine]);
  write("other.txt", "changed");
  expect(twice()).toEqual([]);

  write("template.yaml", template("other.txt"));
  expect(twice()).toEqual([machine]);
  write("other.txt", "changed again");
  expect(twice()).toEqual([machine]);
  rmSync(join(folder, "other.txt"));
  expect(twice()).toEqual([]);
  write("template.yaml", "Resources: {");
  write("other.txt", "back");
  expect(twice()).toEqual([machine]);
  expect(twice()).toEqual([]);
});
