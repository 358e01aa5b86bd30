/** The app that `cdk synth` and `cdk deploy` run. The tests hold its template against CloudFormation's rules, so a synth need not. */
import { App } from "aws-cdk-lib";
import { BatonStack } from "../lib/stack/stack.ts";

new BatonStack(new App({ builtinCloudFormationValidation: false }), "Baton");
