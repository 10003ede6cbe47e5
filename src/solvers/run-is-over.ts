/** What a run that its solver has left for another one throws when it is asked for more. */
export const runIsOver = (solver: string): Error => new Error(`${solver}: this run is over because another one began; read it before, or compile a second solver`);
