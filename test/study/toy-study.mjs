// A study in plain JavaScript, so that compiled workers can import it too.

function block(milliseconds) {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** A slow deterministic "fit" whose answer depends on every iteration, so that a lost or repeated one shows. */
export async function toyRun(job, hooks, resume, truth, iterations, busy = 0) {
  let { iteration, value } = resume ?? { iteration: 0, value: Number(job.seed) / 7 };
  while (iteration < iterations && !hooks.stop()) {
    block(busy);
    value = Math.sin(value * 3 + job.key.length) + iteration / 3;
    iteration += 1;
    hooks.progress(iteration, iterations, 1 / iteration);
    await hooks.breathe();
  }
  if (iteration < iterations) hooks.checkpoint({ iteration, value });
  const off = job.model === "subject" ? 1e-3 * Math.sin(value) : 0.5 + 0.01 * Math.sin(value);
  return {
    job,
    status: iteration < iterations ? "stopped" : "done",
    failure: null,
    test: truth.map((each, index) => each + off * ((index % 3) - 1)),
    train: [],
    training: { split: job.split, model: job.model, iteration: [0, iteration], loss: [1, value], validation: [null, null] },
    curves: [],
    learnedFluxes: [],
    shares: [],
    thermo: [],
    findings: [],
    numerics: [{ name: "value", value: String(value) }],
    seconds: 0,
  };
}

export async function prepareStudy(input) {
  const jobs = Array.from({ length: input.jobs }, (_, index) => ({
    key: `pairs/subject ${index}`,
    split: "pairs",
    model: index === 3 ? "broken" : "subject",
    fold: 0,
    seed: String(index),
  }));
  return {
    tasks: [],
    models: [{ id: "subject", title: "Subject", role: "subject" }],
    findings: [],
    published: [],
    jobs: () => jobs,
    run: (job, hooks, resume) => {
      if (job.model === "broken") throw new Error("this job is broken on purpose");
      return toyRun(job, hooks, resume, [1, 2, 3], input.iterations, input.busy);
    },
  };
}
