/** Import cycles among files or folders, each as the path that closes it. */
export function cyclesOf(next) {
  const done = new Set();
  const cycles = [];
  const visit = (node, path) => {
    if (path.includes(node)) cycles.push([...path.slice(path.indexOf(node)), node].join(' → '));
    else if (!done.has(node)) for (const other of next.get(node) ?? []) visit(other, [...path, node]);
    done.add(node);
  };
  for (const node of next.keys()) visit(node, []);
  return cycles;
}
