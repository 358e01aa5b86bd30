/** The files of a new project: a machine that compensates what it did, its tasks, its tests. It runs and passes as it is. */

/** `dependency`: what npm finds Baton by, a version or a place. */
export function projectFiles(name: string, dependency: string): Readonly<Record<string, string>> {
  return {
    "machines/order.asl.yaml": machine,
    "tasks/reserve.mjs": task("{ id, sku, qty }", "{ hold: 'hold-' + id, sku, qty }", "Puts the goods aside."),
    "tasks/charge.mjs": charge,
    "tasks/pack.mjs": task("{ id }", "{ parcel: 'parcel-' + id }", "Runs beside label."),
    "tasks/label.mjs": task("{ id }", "{ label: 'label-' + id }", "Runs beside pack."),
    "tasks/ship.mjs": task("{ id }", "{ tracking: 'track-' + id }", "Hands the parcel over."),
    "tasks/refund.mjs": task("{ charge }", "{ refunded: charge.payment }", "Undoes charge."),
    "tasks/release.mjs": task("{ reserve }", "{ released: reserve.hold }", "Undoes reserve."),
    "tests/order.test.yaml": tests,
    "examples/a1.json": `${JSON.stringify({ id: "A1", sku: "tea", qty: 2, card: "4242" }, undefined, 2)}\n`,
    "examples/a2.json": `${JSON.stringify({ id: "A2", sku: "pot", qty: 1, card: "0000" }, undefined, 2)}\n`,
    "package.json": `${JSON.stringify(packageOf(name, dependency), undefined, 2)}\n`,
    "README.md": readme(name),
    ".gitignore": ".baton/\nnode_modules/\n",
  };
}

function task(takes: string, gives: string, says: string): string {
  return `/** ${says} */\nexport const handler = async (${takes}) => (${gives});\n`;
}

const charge = `class CardDeclined extends Error {
  name = "CardDeclined";
}

/** A card of zeros is declined, so that both ways can be seen. */
export const handler = async ({ id, card }) => {
  if (card === "0000") throw new CardDeclined("the bank says no");
  return { payment: \`payment-\${id}\` };
};
`;

const functionArn = (name: string): string => `arn:aws:lambda:\${AWS_REGION}:\${AWS_ACCOUNT}:function:${name}`;

const machine = `Comment: An order, from the shelf to the parcel. What was done is undone if a later step fails.
StartAt: Reserve
States:
  Reserve:
    Type: Task
    Resource: ${functionArn("reserve")}
    ResultPath: $.reserve
    Next: Charge
  Charge:
    Type: Task
    Resource: ${functionArn("charge")}
    ResultPath: $.charge
    Retry:
      - ErrorEquals: [Lambda.TooManyRequestsException, Lambda.ServiceException]
        IntervalSeconds: 2
        MaxAttempts: 3
        BackoffRate: 2
    Catch:
      - ErrorEquals: [States.ALL]
        ResultPath: $.failure
        Next: Release
    Next: PackAndLabel
  PackAndLabel:
    Type: Parallel
    Branches:
      - StartAt: Pack
        States:
          Pack: {Type: Task, Resource: "${functionArn("pack")}", End: true}
      - StartAt: Label
        States:
          Label: {Type: Task, Resource: "${functionArn("label")}", End: true}
    ResultPath: $.parcel
    Next: Ship
  Ship:
    Type: Task
    Resource: ${functionArn("ship")}
    ResultPath: $.shipment
    Catch:
      - ErrorEquals: [States.ALL]
        ResultPath: $.failure
        Next: Refund
    End: true
  Refund:
    Type: Task
    Resource: ${functionArn("refund")}
    ResultPath: $.refund
    Next: Release
  Release:
    Type: Task
    Resource: ${functionArn("release")}
    ResultPath: $.release
    Next: OrderFailed
  OrderFailed:
    Type: Fail
    ErrorPath: $.failure.Error
    CausePath: $.failure.Cause
`;

const tests = `machine: ../machines/order.asl.yaml
tests:
  - name: happy path
    input: {id: A1, sku: tea, qty: 2, card: "4242"}
    mocks:
      Reserve: {result: {hold: h1}}
      Charge: {result: {payment: p1}}
      Pack: {result: {parcel: x1}}
      Label: {result: {label: l1}}
      Ship: {result: {tracking: t1}}
    expect:
      status: SUCCEEDED
      outputHas: {shipment: {tracking: t1}}

  - name: the bank is busy twice, the waiting costs nothing here
    mocks:
      Reserve: {result: {hold: h1}}
      Charge:
        - {error: Lambda.TooManyRequestsException}
        - {error: Lambda.TooManyRequestsException}
        - {result: {payment: p1}}
      Pack: {result: {}}
      Label: {result: {}}
      Ship: {result: {}}
    expect: {seconds: 6}

  - name: card declined, stock released
    mocks:
      Reserve: {result: {hold: h1}}
      Charge: {error: CardDeclined, cause: no money}
      Release: {result: {released: h1}}
    expect:
      error: CardDeclined
      path: [Reserve, Charge, Release, OrderFailed]

  - name: nobody ships, money back and stock released
    mocks:
      Reserve: {result: {hold: h1}}
      Charge: {result: {payment: p1}}
      Pack: {result: {}}
      Label: {result: {}}
      Ship: {error: NoCarrier, cause: strike}
      Refund: {result: {}}
      Release: {result: {}}
    expect:
      error: NoCarrier
      path: [Reserve, Charge, PackAndLabel, Pack, Label, Ship, Refund, Release, OrderFailed]
`;

function packageOf(name: string, dependency: string): object {
  return {
    name,
    private: true,
    type: "module",
    scripts: { dev: "baton dev", test: "baton test" },
    devDependencies: { "baton-states": dependency },
  };
}

function readme(name: string): string {
  return `# ${name}

    npm install                                                        once; it gives the command baton
    npx baton dev                                                      Baton on this machine, with machines/ and tasks/
    npx baton start order --input @examples/a1.json --follow           an order that goes through
    npx baton start order --input @examples/a2.json --follow           a declined card, and what is undone for it
    npx baton graph order                                              the machine as a drawing
    npx baton test                                                     the tests, in virtual time

A file in \`machines/\` is a state machine, a file in \`tasks/\` a Lambda handler. \`baton dev\` takes both up when they are saved: a changed task counts from its next call on, a changed machine from its next execution on.
`;
}
