/** Definitions to begin from, each small enough to be read at once; the tests hold them against the validator. */

const hello = {
  Comment: "One state that makes a greeting of the input",
  QueryLanguage: "JSONata",
  StartAt: "Greet",
  States: {
    Greet: {
      Type: "Pass",
      Output: { greeting: "{% 'Hello, ' & ($states.input.name ? $states.input.name : 'world') & '!' %}" },
      End: true,
    },
  },
};

const choice = {
  Comment: "Large orders wait, those without lines fail",
  QueryLanguage: "JSONata",
  StartAt: "HowLarge",
  States: {
    HowLarge: {
      Type: "Choice",
      Choices: [
        { Condition: "{% $count($states.input.lines) = 0 %}", Next: "Empty" },
        { Condition: "{% $states.input.total > 100 %}", Next: "Wait" },
      ],
      Default: "Done",
    },
    Wait: { Type: "Wait", Seconds: 10, Next: "Done" },
    Empty: { Type: "Fail", Error: "EmptyOrder", Cause: "An order needs at least one line" },
    Done: { Type: "Succeed" },
  },
};

const retries = {
  Comment: "A function that is tried again, and what is done when it fails for good",
  QueryLanguage: "JSONata",
  StartAt: "ChargeCard",
  States: {
    ChargeCard: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: { FunctionName: "charge-card", Payload: "{% $states.input %}" },
      Output: "{% $states.result.Payload %}",
      TimeoutSeconds: 30,
      Retry: [{ ErrorEquals: ["States.Timeout", "Lambda.TooManyRequestsException"], MaxAttempts: 3, BackoffRate: 2 }],
      Catch: [{ ErrorEquals: ["States.ALL"], Output: "{% $states.errorOutput %}", Next: "TellSomebody" }],
      End: true,
    },
    TellSomebody: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke",
      Arguments: { FunctionName: "send-mail", Payload: "{% $states.input %}" },
      End: true,
    },
  },
};

const parallel = {
  Comment: "Two branches side by side; what they come to is put together",
  QueryLanguage: "JSONata",
  StartAt: "Both",
  States: {
    Both: {
      Type: "Parallel",
      Branches: [
        { StartAt: "Stock", States: { Stock: { Type: "Pass", Output: { inStock: true }, End: true } } },
        { StartAt: "Fraud", States: { Fraud: { Type: "Pass", Output: { suspicious: false }, End: true } } },
      ],
      Output: "{% $merge($states.result) %}",
      End: true,
    },
  },
};

const map = {
  Comment: "Each line of the order, five of them at once",
  QueryLanguage: "JSONata",
  StartAt: "EachLine",
  States: {
    EachLine: {
      Type: "Map",
      Items: "{% $states.input.lines %}",
      MaxConcurrency: 5,
      ItemProcessor: {
        ProcessorConfig: { Mode: "INLINE" },
        StartAt: "Pack",
        States: { Pack: { Type: "Pass", Output: { packed: "{% $states.input %}" }, End: true } },
      },
      End: true,
    },
  },
};

const person = {
  Comment: "A function tells somebody; the execution waits for the answer, which the inbox takes",
  QueryLanguage: "JSONata",
  StartAt: "Approve",
  States: {
    Approve: {
      Type: "Task",
      Resource: "arn:aws:states:::lambda:invoke.waitForTaskToken",
      TimeoutSeconds: 86_400,
      Arguments: {
        FunctionName: "send-mail",
        Payload: {
          token: "{% $states.context.Task.Token %}",
          question: "{% 'Approve order ' & $states.input.id & '?' %}",
          schema: {
            type: "object",
            required: ["approved"],
            properties: { approved: { type: "boolean", title: "Approved" } },
          },
        },
      },
      End: true,
    },
  },
};

/** To be filled in: what is missing is said beneath it. */
const empty = { StartAt: "", States: {} };

export interface Example {
  readonly title: string;
  readonly text: string;
}

function example(title: string, definition: object): Example {
  return { title, text: JSON.stringify(definition, undefined, 2) };
}

export const emptyDefinition = example("empty", empty);

export const examples: readonly [Example, ...Example[]] = [
  example("a greeting", hello),
  example("a choice", choice),
  example("a function, retried and caught", retries),
  example("branches side by side", parallel),
  example("a Map over a list", map),
  example("an answer from a person", person),
];
