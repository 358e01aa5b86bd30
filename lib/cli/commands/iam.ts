/** `baton iam MACHINE|FILE`: the least policy that a machine's role needs, and what of it a person has to look at. */
import { Command } from "commander";
import { parseJson } from "../../asl/json.ts";
import { partitionOf } from "../../asl/partition.ts";
import { policyDocument, policyOf } from "../../asl/policy/policy.ts";
import { connect } from "../client.ts";
import { regionOf } from "../client-settings.ts";
import { jsonOption, substituteOption, urlOption } from "../options.ts";
import { substituteFromOption } from "../placeholders.ts";
import { findSubject } from "../subject.ts";

interface Options {
  readonly region?: string;
  readonly account?: string;
  readonly partition?: string;
  readonly substitute: Readonly<Record<string, string>>;
  readonly url: string;
  readonly json?: boolean;
}

export function iamCommand(): Command {
  return new Command("iam")
    .description("print the least IAM policy that a machine needs, derived from its definition")
    .argument("<what>", "a definition's file, or a state machine's name")
    .option(
      "--region <region>",
      "where names without an ARN are; else the machine's, or the environment's (AWS_REGION)",
    )
    .option("--account <id>", "whose they are; else the machine's, or 000000000000")
    .option("--partition <partition>", "aws, aws-cn, aws-us-gov; else the Region's")
    .addOption(substituteOption())
    .addOption(substituteFromOption())
    .addOption(urlOption())
    .addOption(jsonOption())
    .action(async (what: string, options: Options) => {
      const { text, machineArn } = await findSubject(connect(options.url), what, options.substitute);
      const [, , , itsRegion = regionOf(process.env), account = "000000000000"] = machineArn?.split(":") ?? [];
      const region = options.region ?? itsRegion;
      const home = {
        partition: options.partition ?? partitionOf(region),
        region,
        account: options.account ?? account,
      };
      const policy = policyOf(parseJson(text), home);
      if (options.json) {
        console.log(JSON.stringify({ policy: policyDocument(policy), notes: policy.notes }, undefined, 2));
        return;
      }
      // The policy alone is on standard output, so that it can go into a file.
      console.log(JSON.stringify(policyDocument(policy), undefined, 2));
      for (const note of policy.notes) console.error(`note: ${note}`);
    });
}
