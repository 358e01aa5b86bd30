/** Amazon SageMaker: jobs of five kinds (with `.sync` too), models and endpoints. */
import type { Action, Service } from "../service.ts";

export const sagemaker: Service = {
  resource: "sagemaker",
  sdk: "sagemaker",
  prefix: "SageMaker",
  product: "AmazonSageMaker",
  generalException: "AmazonSageMakerException",
  actions: {
    createTrainingJob: job("TrainingJob"),
    createTransformJob: job("TransformJob"),
    createHyperParameterTuningJob: job("HyperParameterTuningJob"),
    createLabelingJob: job("LabelingJob"),
    createProcessingJob: job("ProcessingJob"),
    createModel: {},
    createEndpointConfig: {},
    createEndpoint: {},
    updateEndpoint: {},
  },
};

/** They all have a name, which the state gives, and a status of the same words. */
function job(kind: string): Action {
  const named = { [`${kind}Name`]: `$.Given.${kind}Name` };
  return {
    job: {
      describe: { action: `describe${kind}`, parameters: named },
      status: `$.${kind}Status`,
      succeeded: ["Completed"],
      failed: ["Failed", "Stopped"],
      stop: { action: `stop${kind}`, parameters: named },
    },
  };
}
