/** A test that is not run: thrown inside TestState, answered as an error of the API. */

export type TestRefusalCode = "InvalidDefinition" | "InvalidExecutionInput" | "ValidationException";

export class TestRefusal extends Error {
  readonly code: TestRefusalCode;

  constructor(code: TestRefusalCode, text: string) {
    super(text);
    this.name = "TestRefusal";
    this.code = code;
  }
}

export function invalid(text: string): TestRefusal {
  return new TestRefusal("ValidationException", text);
}
