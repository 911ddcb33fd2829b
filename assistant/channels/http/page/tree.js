// The lines of a map as trees: who stands above whom.

/**
 * The trees, each {node, leader, below}, of the bodies and roles that a line names.
 *
 * What reports to another hangs below it. So does a body below the role that leads it, unless others
 * report to the body and its leader to nobody: a mayor leads the council and does not stand above it.
 */
export function tree(map) {
  const nodes = new Map([...map.bodies, ...map.roles].map((node) => [node.name, node]));
  const lines = map.lines.filter((line) => nodes.has(line.above) && nodes.has(line.below));
  const reportedTo = new Set(lines.filter((line) => line.kind === "reports to").map((line) => line.above));
  const reports = new Set(lines.filter((line) => line.kind === "reports to").map((line) => line.below));
  const above = new Map();
  const leaders = new Map();
  for (const line of lines) if (line.kind === "reports to" && !above.has(line.below)) above.set(line.below, line.above);
  for (const line of lines) {
    if (line.kind === "reports to") continue;
    leaders.set(line.below, line.above);
    const stands = reports.has(line.above) || !reportedTo.has(line.below);
    if (stands && !above.has(line.below) && !isOver(line.below, line.above)) above.set(line.below, line.above);
  }
  const placed = new Set();

  function isOver(one, other) {
    for (let at = other, steps = 0; at && steps < lines.length; at = above.get(at), steps += 1) if (at === one) return true;
    return false;
  }

  function grown(name) {
    placed.add(name);
    const names = [...above].filter(([below, over]) => over === name && !placed.has(below)).map(([below]) => below);
    const below = names.map((each) => (placed.has(each) ? null : grown(each))).filter(Boolean);
    const leader = leaders.get(name);
    return { node: nodes.get(name), leader: leader && leader !== above.get(name) ? leader : "", below };
  }

  const named = [...new Set([...above.keys(), ...above.values()])];
  const roots = named.filter((name) => !above.has(name)).map(grown);
  // What is left goes round in a circle: it is cut where it begins.
  for (const name of named) if (!placed.has(name)) roots.push(grown(name));
  return roots;
}
