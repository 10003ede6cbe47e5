/** What a node may do: inputs only send, readouts only receive (never from an input), internal nodes do both. */
export type NodeRole = "internal" | "readout" | "input";

/** Which nodes a network has and which of them may act on which. */
export interface InteractionShape {
  /** [n], in the caller's order. */
  readonly roles: readonly NodeRole[];
  /** Allowed interactions as node indices, receiver by receiver: the order of the free weights. */
  readonly edges: readonly { readonly receiver: number; readonly sender: number }[];
  /** The caller's node at each place of the compiled order: inputs, internal nodes, readouts. */
  readonly order: readonly number[];
  readonly nInput: number;
  readonly nInternal: number;
  readonly nReadout: number;
}

/**
 * The interactions a set of nodes allows: no node acts on itself, nothing acts on an input, a readout acts on nothing,
 * and no input acts on a readout directly.
 * @source Yuan et al. 2021, doi:10.1016/j.cels.2020.11.013 (CellBox's constraints: drugs, proteins, phenotypes)
 */
export function interactionShape(roles: readonly NodeRole[]): InteractionShape {
  const nodes = roles.map((role, node) => ({ role, node }));
  const edges = nodes.flatMap((receiver) =>
    nodes.filter((sender) => isAllowed(receiver.role, sender.role) && sender.node !== receiver.node).map((sender) => ({ receiver: receiver.node, sender: sender.node })),
  );
  const of = (wanted: NodeRole): readonly number[] => nodes.filter(({ role }) => role === wanted).map(({ node }) => node);
  const [inputs, internal, readouts] = [of("input"), of("internal"), of("readout")];
  return { roles, edges, order: [...inputs, ...internal, ...readouts], nInput: inputs.length, nInternal: internal.length, nReadout: readouts.length };
}

function isAllowed(receiver: NodeRole, sender: NodeRole): boolean {
  if (receiver === "input" || sender === "readout") return false;
  return receiver === "internal" || sender === "internal";
}
