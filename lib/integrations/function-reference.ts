/**
 * The ways in which Lambda lets a function be named (`FunctionName` of its Invoke API): a name, a
 * partial ARN `ACCOUNT:function:NAME`, or a full ARN, each with `:QUALIFIER` if wanted.
 */

export interface FunctionReference {
  readonly name: string;
  readonly qualifier?: string | undefined;
  /** What the reference itself says; undefined in a bare name. */
  readonly region?: string | undefined;
  readonly account?: string | undefined;
}

const forms = [
  /^arn:[\w-]+:lambda:(?<region>[\w-]+):(?<account>\d+):function:(?<name>[\w-]+)(?::(?<qualifier>[\w$-]+))?$/,
  /^(?<account>\d{12}):function:(?<name>[\w-]+)(?::(?<qualifier>[\w$-]+))?$/,
  /^(?:function:)?(?<name>[\w-]+)(?::(?<qualifier>[\w$-]+))?$/,
];

export function parseFunctionReference(text: string): FunctionReference | undefined {
  for (const form of forms) {
    const { name, qualifier, region, account } = form.exec(text)?.groups ?? {};
    if (name !== undefined) return { name, qualifier, region, account };
  }
  return undefined;
}
