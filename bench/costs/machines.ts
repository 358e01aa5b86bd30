/** The machines whose costs are measured. Each differs from another by nothing but the construct in question. */

export interface StateMachine {
  readonly StartAt: string;
  readonly States: Readonly<Record<string, object>>;
}

type State = Readonly<Record<string, unknown>>;

const lambda = "arn:aws:lambda:us-east-1:000000000000:function:work";
const tokenTask = {
  Type: "Task",
  Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
  Parameters: { FunctionName: "hand-over", Payload: { "token.$": "$$.Task.Token" } },
};

/** One kind of state, in a row. */
export const inARow = {
  pass: { Type: "Pass" },
  choice: { Type: "Choice" },
  wait: { Type: "Wait", Seconds: 1 },
  task: { Type: "Task", Resource: lambda },
  token: tokenTask,
} as const satisfies Record<string, State>;

export const shortRow = 2;
export const longRow = 8;

export function row(state: State, length: number): StateMachine {
  const states = Array.from({ length }, (_, index): [string, State] => [
    `S${index}`,
    { ...state, ...leading(state, index + 1 < length ? `S${index + 1}` : undefined) },
  ]);
  // A Choice has to lead somewhere: one Pass ends every row, so that it is a fixed part of each.
  return { StartAt: "S0", States: { ...Object.fromEntries(states), Last: { Type: "Pass", End: true } } };
}

function leading(state: State, next = "Last"): State {
  if (state["Type"] !== "Choice") return { Next: next };
  return { Choices: [{ Variable: "$.n", NumericEquals: 1, Next: next }], Default: "Last" };
}

export const onePass = passNamed("P");

function passNamed(name: string): StateMachine {
  return { StartAt: name, States: { [name]: { Type: "Pass", End: true } } };
}

/** `onePass` and a terminal state behind it. */
export function endingIn(state: State): StateMachine {
  return { StartAt: "P", States: { P: { Type: "Pass", Next: "End" }, End: state } };
}

export const forkWidths = [1, 2, 40, 300] as const;

/** Each branch is one Pass. */
export function parallel(width: number): StateMachine {
  const Branches = Array.from({ length: width }, (_, index) => passNamed(`P${index}`));
  return { StartAt: "Fork", States: { Fork: { Type: "Parallel", Branches, End: true } } };
}

export const map: StateMachine = {
  StartAt: "Fork",
  States: { Fork: { Type: "Map", ItemsPath: "$.items", ItemProcessor: onePass, End: true } },
};

export const statesOfPricedMachine = 10;
export const tasksOfPricedMachine = 2;

/** Ten states, two of them Tasks of 100 ms: what an order goes through, with its payload passed on whole. */
export const priced: StateMachine = {
  StartAt: "Receive",
  States: {
    Receive: { Type: "Pass", Next: "IsKnown" },
    IsKnown: { Type: "Choice", Choices: [{ Variable: "$.id", IsPresent: true, Next: "Charge" }], Default: "Done" },
    Charge: { Type: "Task", Resource: lambda, Next: "Note" },
    Note: { Type: "Pass", Next: "Settle" },
    Settle: { Type: "Wait", Seconds: 1, Next: "IsLarge" },
    IsLarge: {
      Type: "Choice",
      Choices: [{ Variable: "$.total", NumericGreaterThan: 0, Next: "Ship" }],
      Default: "Done",
    },
    Ship: { Type: "Task", Resource: lambda, Next: "Tell" },
    Tell: { Type: "Pass", Next: "IsPaid" },
    IsPaid: { Type: "Choice", Choices: [{ Variable: "$.id", IsPresent: true, Next: "Done" }], Default: "Done" },
    Done: { Type: "Succeed" },
  },
};
