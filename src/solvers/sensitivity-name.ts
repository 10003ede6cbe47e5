/** Id of the state that holds ∂state/∂name; no model can have it. */
export const sensitivityName = (state: string, id: string): string => `d(${state})/d(${id})`;
