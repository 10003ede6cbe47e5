/** Words of Antimony that begin a statement this subset does not read; what to do instead. */
export const unsupportedStatements: ReadonlyMap<string, string> = new Map([
  ["event", "event declarations are not read; write the event itself: 'NAME: at condition: x = formula'"],
  ["function", "function definitions are not read yet; write the formula where it is used"],
  ["import", "imports are not read; paste the imported model's lines"],
  ["delete", "'delete' belongs to submodels, which are not read yet"],
  ["DNA", "DNA strands are not read yet; write each expression step as a reaction"],
  ["gene", "gene declarations are not read yet; write each expression step as a reaction"],
  ["operator", "operator declarations are not read yet; use 'x := formula'"],
  ["formula", "formula declarations are not read; use 'x := formula'"],
  ["reaction", "reaction declarations are not read; write the reaction itself"],
  ["constraint", "constraints are not read yet"],
  ["assert", "constraints are not read yet"],
  ["maximize", "flux balance objectives are not read yet"],
  ["minimize", "flux balance objectives are not read yet"],
  ["ext", "flux balance bounds are not read yet"],
]);

/** Words libantimony refuses as an id: statement words, constants, functions, distributions. */
export const reservedWords: ReadonlySet<string> = new Set(
  (
    "at in is has unit const var species compartment formula reaction operator DNA gene event end function model module import after delete " +
    "substanceOnly time pi avogadro infinity inf nan notanumber NaN INF true false exponentiale exp ln log log10 sqrt sqr root pow power abs floor " +
    "ceil ceiling factorial min max sin cos tan sec csc cot asin acos atan arcsin arccos arctan sinh cosh tanh piecewise and or xor not eq gt lt " +
    "geq leq neq plus minus times divide delay rateOf quotient rem implies constraint maximize minimize ext extent time_unit substance volume " +
    "length area normal uniform poisson exponential truncatedNormal gamma chisquare bernoulli binomial cauchy laplace lognormal rayleigh"
  ).split(" "),
);

/** Whether a text can be an id: a letter or underscore, then letters, digits, underscores, and no reserved word. */
export function isIdentifier(text: string): boolean {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code === 95;
    if (!isLetter && (at === 0 || code < 48 || code > 57)) return false;
  }
  return text.length > 0 && (text.length > longestReserved || !reservedWords.has(text));
}

const longestReserved = Math.max(...[...reservedWords].map(({ length }) => length));
