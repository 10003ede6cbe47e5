/** How a compiled loop ended. Failure is a value: when, which variable, and what to try. */
export type Status =
  | { readonly status: "done" }
  | { readonly status: "paused"; readonly time: number }
  | {
      readonly status: "step-too-small" | "too-many-steps" | "non-finite" | "negative-propensity" | "out-of-memory";
      readonly time: number;
      /** Id of the state (or reaction) with the largest scaled error or the first non-finite rate. */
      readonly worst: string;
      readonly hint: string;
    };
