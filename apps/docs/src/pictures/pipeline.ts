import { defineNpsExtension } from "@sallyport/nps";
import { createNpsBench } from "@sallyport/testbench";

const silent = defineNpsExtension({ authentication: () => undefined, authorization: () => undefined });

/** The way of a request through the pipeline, as the traces of two real ones tell it. */
export async function pipelineMarkdown(): Promise<string> {
  const stages = (await stepsOf("wonderland")).map(({ stage }) => stage);
  const refused = (await stepsOf("wrong")).filter(({ outcome }) => !outcome.startsWith("skipped"));
  return [
    "```mermaid",
    "flowchart TD",
    "    packet([Access-Request]) --> s0",
    ...stages.map((stage, index) => `    s${index}["${stage}"]`),
    ...stages.slice(1).map((_, index) => `    s${index} --> s${index + 1}`),
    `    s${stages.length - 1} --> answer([Access-Accept, Access-Challenge or Access-Reject])`,
    ...shortCuts(
      stages,
      refused.map(({ stage }) => stage),
    ),
    "```",
    "",
  ].join("\n");
}

/** An arrow where a request that is refused leaves out what the others pass. */
function shortCuts(stages: readonly string[], refused: readonly string[]): readonly string[] {
  return refused.flatMap((stage, index) => {
    const next = refused[index + 1];
    const from = stages.indexOf(stage);
    if (next === undefined || next === stages[from + 1]) return [];
    return [`    s${from} -. password wrong .-> s${stages.indexOf(next)}`];
  });
}

/** What happened at each stage, the first time it is named. */
async function stepsOf(
  password: string,
): Promise<readonly { readonly stage: string; readonly outcome: string }[]> {
  const bench = createNpsBench({
    accounts: [{ name: "alice", password: "wonderland" }],
    extensions: { authentication: [silent], authorization: [silent] },
  });
  const { steps } = (await bench.access({ "User-Name": "alice", "User-Password": password })).trace;
  await bench.stop();
  return steps.filter(({ stage }, index) => steps.findIndex((step) => step.stage === stage) === index);
}
