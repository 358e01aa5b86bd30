/** `baton validate`: all problems with their places, in JSON and YAML, for people and for programs. */
import { rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { baton, folderOf } from "./baton.ts";

/** Ten mistakes, each alone in its place. */
const tenMistakes = {
  StartAt: "Order",
  TimeoutSeconds: -1,
  States: {
    Order: {
      Type: "Choice",
      Choices: [
        { Variable: "$.kind", StringEquals: 5, Next: "Pack" },
        { Variable: "$.kind", StringEquals: "tea", Next: "Wait" },
        { Variable: "$.kind", StringEquals: "pot", Next: "Ship" },
        { Variable: "$.kind", StringEquals: "mug", Next: "Map" },
      ],
      Default: "Pak",
    },
    Pack: {
      Type: "Task",
      Resource: "pack-item",
      Retry: [{ ErrorEquals: [] }],
      Catch: [{ ErrorEquals: ["States.ALL"], Next: "Undo" }],
      Next: "Wait",
    },
    Wait: { Type: "Wait", Seconds: 1, Timestamp: "2026-01-01T00:00:00Z", End: true },
    Ship: { Type: "Pass", InputPath: "order", End: true },
    Map: {
      Type: "Map",
      MaxConcurrency: -2,
      ItemProcessor: { StartAt: "Go", States: { Go: { Type: "Succeeed" } } },
      End: true,
    },
  },
};

const places = [
  "/TimeoutSeconds",
  "/States/Order/Choices[0]/StringEquals",
  "/States/Order/Default",
  "/States/Pack/Resource",
  "/States/Pack/Retry[0]/ErrorEquals",
  "/States/Pack/Catch[0]/Next",
  "/States/Wait",
  "/States/Ship/InputPath",
  "/States/Map/MaxConcurrency",
  "/States/Map/ItemProcessor/States/Go/Type",
];

const right = { StartAt: "Done", States: { Done: { Type: "Succeed" } } };

const folder = folderOf({
  "ten.asl.json": tenMistakes,
  "right.asl.json": right,
  "right.yaml": "StartAt: Done\nStates:\n  Done: {Type: Succeed}\n",
  "broken.asl.json": '{\n  "StartAt": "A",\n  "States": {,}\n}\n',
  "broken.yaml": "StartAt: [A\nStates: {}\n",
  "no-anchor.yaml": "StartAt: A\nStates:\n  A: *pass\n",
  "list.json": "[]",
  "values.yaml": "Name: charge-card\nNotGiven: ''\nSeconds: 30\nComment: true\n",
  "sam.yaml": [
    "Resources:",
    "  Order:",
    "    Type: AWS::Serverless::StateMachine",
    "    Properties:",
    "      DefinitionUri: machines/order.asl.json",
    "      DefinitionSubstitutions: {Fn: !GetAtt Charge.Arn, Name: !Ref Stage, NotGiven: 1}",
    "Parameters: {Stage: {Type: String, Default: test}}",
    "",
  ].join("\n"),
  "two-machines.yaml": ["A", "B"]
    .map(
      (id) =>
        `${id === "A" ? "Resources:\n" : ""}  ${id}: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionSubstitutions: {Name: ${id}}}}\n`,
    )
    .join(""),
  "nested.yaml": "Table: {Name: orders}\n",
  "flow.yaml": `StartAt: W\nStates:\n  W: {Type: Wait, Seconds: \${Seconds}, End: true}\n`,
  "cfn.json": { AWSTemplateFormatVersion: "2010-09-09" },
  "empty.json": "",
  "suspicious.asl.json": {
    StartAt: "Say",
    States: { Say: { Type: "Pass", Parameters: { name: "$.name" }, End: true } },
  },
  "task.asl.json": {
    StartAt: "Call",
    States: {
      Call: {
        Type: "Task",
        Resource: `arn:aws:lambda:\${AWS_REGION}:\${AWS_ACCOUNT}:function:\${Name}`,
        Comment: `\${NotGiven}`,
        End: true,
      },
    },
  },
  "wait.yaml": `StartAt: W\nStates:\n  W:\n    Type: Wait\n    Seconds: \${Seconds}\n    Comment: "\${Comment}"\n    End: true\n`,
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

describe("baton validate", () => {
  test("ten mistakes are ten problems, each with its place", async () => {
    const { code, out } = await baton("validate", file("ten.asl.json"));
    const lines = out.split("\n").filter((line) => line.startsWith("ERROR"));
    expect(lines.map((line) => line.split(" ")[1]).sort()).toEqual([...places].sort());
    expect(out).toContain("✖ ");
    expect(out).toContain("is not valid: 10 errors");
    expect(code).toBe(1);
  });

  test("--json gives the same problems to programs", async () => {
    const { code, out } = await baton("validate", file("ten.asl.json"), "--json");
    const { result, problems } = JSON.parse(out);
    expect(result).toBe("FAIL");
    expect(problems.map(({ path }: { path: string }) => path).sort()).toEqual([...places].sort());
    expect(code).toBe(1);
  });

  test.each([
    // file            code                       path
    ["broken.yaml", "INVALID_YAML", "[Source: (String); line: 2, column: 1]"],
    ["flow.yaml", "INVALID_YAML", expect.stringMatching(/line: 3, column: \d+\]$/)],
    ["no-anchor.yaml", "INVALID_YAML", "/"],
    ["cfn.json", "CLOUDFORMATION_TEMPLATE", "/"],
    ["broken.asl.json", "INVALID_JSON_DESCRIPTION", expect.stringMatching(/line: 3, column: 15\]$/)],
  ])("--json says of %s that it is no definition at all", async (name, problem, path) => {
    const { code, out, err } = await baton("validate", file(name), "--json");
    expect(JSON.parse(out)).toEqual({
      result: "FAIL",
      problems: [{ code: problem, severity: "ERROR", path, message: expect.any(String) }],
    });
    expect([code, err]).toEqual([1, ""]);
  });

  test.each([
    // file            parameters                          code  said
    ["right.asl.json", [], 0, /^✔ .*right\.asl\.json is valid\n$/],
    ["right.asl.json", ["--json"], 0, /^\{\n {2}"result": "OK",\n {2}"problems": \[\]\n\}\n$/],
    ["right.yaml", [], 0, /is valid\n$/],
    ["broken.asl.json", [], 1, /^ERROR \S*broken\.asl\.json:3:15 {2}Unexpected character \(','/],
    ["broken.yaml", [], 1, /broken\.yaml is not YAML: .* at line 2, column 1/],
    ["no-anchor.yaml", [], 1, /no-anchor\.yaml is not YAML: Unresolved alias .*: pass\n$/],
    ["list.json", [], 1, /^ERROR \/ {2}Definition must be a valid JSON object/],
    ["empty.json", [], 1, /^ERROR /],
    ["missing.json", [], 1, /^there is no file \S*missing\.json\n$/],
    [".", [], 1, /is a folder; name a file in it\n$/],
    [
      "suspicious.asl.json",
      [],
      0,
      /^WARNING \/States\/Say\/Parameters {2}No .* NO_DOLLAR\n.*\n✔ .* is valid: 1 warning\n$/,
    ],
    ["task.asl.json", ["--substitute", "Name=charge-card"], 0, /is valid/],
    [
      "task.asl.json",
      [],
      0,
      /^WARNING \/States\/Call\/Resource {2}\$\{Name\} in \S+ has no value: what uses it will fail when it runs .*\n +give it one with --substitute Name=VALUE.*\n[\s\S]* is valid: 2 warnings\n$/,
    ],
    ["task.asl.json", ["--substitute-from", file("values.yaml")], 0, /^✔ .* is valid\n$/],
    ["wait.yaml", ["--substitute-from", file("values.yaml"), "--substitute", "Seconds=soon"], 1, /got "soon"/],
    ["wait.yaml", ["--substitute-from", file("list.json")], 1, /list\.json is no object of names and values/],
    ["wait.yaml", ["--substitute-from", file("nested.yaml")], 1, /the value of Table in \S+ is neither a text nor/],
    ["task.asl.json", ["--substitute-from", file("sam.yaml")], 0, /^✔ .* is valid\n$/],
    [
      "task.asl.json",
      ["--substitute-from", file("two-machines.yaml")],
      1,
      /has two values for Name, of A and B: write/,
    ],
    ["flow.yaml", [], 1, /is not YAML: [\s\S]*\nput \$\{Seconds\} into quotes, or what stands around it on lines of/],
    ["wait.yaml", ["--substitute-from", file("broken.yaml")], 1, /is neither JSON nor YAML: /],
    ["wait.yaml", ["--substitute-from", file("no-anchor.yaml")], 1, /is neither JSON nor YAML: Unresolved alias /],
    ["sam.yaml", [], 1, /^there is no file \S+machines\/order\.asl\.json\n$/],
    ["cfn.json", [], 1, /cfn\.json is a template without a state machine\n$/],
    ["wait.yaml", ["--substitute", "Seconds=30", "--substitute", 'Comment=5: a "quoted" # text'], 0, /is valid/],
    ["wait.yaml", ["--substitute", "Seconds=soon"], 1, /^ERROR \/States\/W\/Seconds .*\n +got "soon"/],
    ["wait.yaml", ["--substitute", "Seconds"], 1, /'Seconds' is not of the form NAME=VALUE/],
  ] as const)("%s %j: exit code %i", async (name, parameters, expected, said) => {
    const { code, out, err } = await baton("validate", file(name), ...parameters);
    expect(out + err).toMatch(said);
    expect(code).toBe(expected);
  });
});

test("a byte order mark, as Windows writes it, is no part of the definition", async () => {
  const folder = folderOf({
    "marked.asl.json": `\uFEFF${JSON.stringify({ StartAt: "A", States: { A: { Type: "Succeed" } } })}`,
  });
  const { code, out } = await baton("validate", join(folder, "marked.asl.json"));
  rmSync(folder, { recursive: true, force: true });
  expect([code, out]).toEqual([0, expect.stringMatching(/ is valid\n$/)]);
});
