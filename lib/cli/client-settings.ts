/** What a shell has to be told so that the AWS CLI and SDKs in it talk to this server. */
export function clientSettings(url: string): string {
  return [
    `  export AWS_ENDPOINT_URL_SFN=${url} AWS_DISABLE_HOST_PREFIX_INJECTION=true`,
    // Two names for the Region: the AWS CLI reads the second one, the SDKs the first.
    "  export AWS_REGION=us-east-1 AWS_DEFAULT_REGION=us-east-1 AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local",
  ].join("\n");
}
