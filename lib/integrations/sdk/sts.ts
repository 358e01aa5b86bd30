/** The package of STS: it assumes roles, and its client has the SDK's signer. */
import { isMissingPackage } from "../sdk-call.ts";
import { loadSdk, type Sdk } from "./load.ts";

export const stsPackage = "@aws-sdk/client-sts";

/** `purpose`: what it is needed for, as a sentence begins with it. Where it is not installed, `Missing` says so. */
export function loadSts(purpose: string, Missing: new (message: string) => Error): Sdk {
  try {
    return loadSdk(stsPackage);
  } catch (error) {
    if (!isMissingPackage(error, stsPackage)) throw error;
    throw new Missing(
      `${purpose} the package ${stsPackage} is needed, which is not installed. Install it: npm install ${stsPackage}`,
    );
  }
}
