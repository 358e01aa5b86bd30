import { App } from "aws-cdk-lib";
import { BatonStack } from "../lib/stack/stack.ts";

new BatonStack(new App(), "Baton");
