// Plans as PostgreSQL explains them (EXPLAIN (ANALYZE, FORMAT JSON)), read into a QueryDag; and the
// statistics that its planner had, as far as plans show them.

/** Every node of a plan, parents first, with what is above it and how many workers share it. */
export function* nodesOf(node, above = undefined, workers = 0) {
  yield { node, above, workers };
  const inside = node['Workers Planned'] ?? workers;
  for (const child of node.Plans ?? []) yield* nodesOf(child, node, inside);
}

/** Conditions of `(a > 1)` or `((a > 1) AND (b = 2))`; none of undefined. */
function conditionsOf(text) {
  return text === undefined ? 0 : text.split(' AND ').length;
}

const isInner = (node, above) =>
  above?.['Node Type'] === 'Nested Loop' && node['Parent Relationship'] === 'Inner';

/** get_parallel_divisor(): a worker's rows times this are all rows. */
function divisorOf(node, workers) {
  return node['Parallel Aware'] ? workers + Math.max(0, 1 - 0.3 * workers) : 1;
}

/** `(movie_id = t.id)`: the alias of the table whose column is looked up. */
function lookedUp(node) {
  return /= (\w+)\.\w+\)$/.exec(node['Index Cond'] ?? '')?.[1];
}

/** `(person_id = 17)` -> `person_id =` */
const withoutValue = (condition) => condition.replace(/^\(?(\w+ [<>=]+).*$/, '$1');

/**
 * What the planner knew, each from the first plans that show it:
 * - pages and tuples of a table, from a sequential scan of all of it: pages + 0.01 tuples;
 * - the share of a table that a condition keeps, from a scan with no other;
 * - pages of an index, from the largest bitmap scan of it, else from the bytes of its entries;
 * - its correlation, from an ordered scan of it: the model's cost is linear in the square.
 * `taken` are the nodes whose costs went into it: those that show nothing about the model.
 * @param costOf the model's cost of one scan under given tables
 */
export function statisticsOf(plans, costOf) {
  const all = plans.flatMap(({ plan }) => [...nodesOf(plan)].map((it) => ({ ...it, root: plan })));
  const known = { tables: {}, shares: new Map(), taken: new Set() };
  for (const { node, workers } of all) learnTable(node, workers);
  for (const { node, workers, above } of all) learnShare(node, workers, above);
  const found = all.filter(({ node }) => node['Node Type'] === 'Bitmap Index Scan');
  found.sort((a, b) => b.node['Plan Rows'] - a.node['Plan Rows']);
  for (const { node, above } of found) learnPages(node, above);
  for (const { node } of all) assumePages(node);
  // Scans of many rows last: they go by the pages of the index too.
  const scans = all.filter(({ node }) => node['Node Type'] === 'Index Scan');
  scans.sort((a, b) => isInner(a.node, a.above) - isInner(b.node, b.above));
  for (const it of scans) learnCorrelation(it);
  return known;

  function learnTable(node, workers) {
    const name = node['Relation Name'];
    const { tables, taken } = known;
    if (node['Node Type'] !== 'Seq Scan' || node.Filter !== undefined) return;
    // A worker's rows are rounded: all rows are exact only where one process reads them.
    if (name in tables && (node['Parallel Aware'] || tables[name].exact)) return;
    const divisor = divisorOf(node, workers);
    const tuples = Math.round(node['Plan Rows'] * divisor);
    const pages = Math.round(node['Total Cost'] - (0.01 * tuples) / divisor);
    tables[name] = { pages, tuples, indexes: {} };
    Object.defineProperty(tables[name], 'exact', { value: !node['Parallel Aware'] });
    taken.add(node);
  }

  function learnShare(node, workers, above) {
    const isFound = node['Node Type'] === 'Bitmap Index Scan';
    const table = isFound ? above['Relation Name'] : node['Relation Name'];
    const conditions = [node['Index Cond'], node.Filter].filter(Boolean);
    if (node['Recheck Cond'] || conditions.length !== 1 || conditionsOf(conditions[0]) !== 1)
      return;
    const divisor = isFound ? 1 : divisorOf(node, workers);
    const share = (node['Plan Rows'] * divisor) / known.tables[table].tuples;
    for (const key of [conditions[0], withoutValue(conditions[0])]) {
      const name = `${table} ${lookedUp(node) ? `${withoutValue(conditions[0])} a key` : key}`;
      // Of a value that no plan shows: what an uncommon one finds.
      if (!(known.shares.get(name) <= share)) known.shares.set(name, share);
    }
  }

  function learnPages(node, above) {
    const { tuples, indexes } = known.tables[above['Relation Name']];
    const name = node['Index Name'];
    if (name in indexes) return;
    const rows = node['Plan Rows'];
    const entries = (0.005 + 0.0025 * conditionsOf(node['Index Cond'])) * rows;
    const descent = (Math.ceil(Math.log2(tuples)) + 150) * 0.0025;
    const read = Math.round((node['Total Cost'] - entries - descent) / 4);
    // The planner rounded up to whole pages.
    indexes[name] = { pages: Math.max(1, Math.floor((read * tuples) / rows)), height: 2 };
    known.taken.add(node);
  }

  /**
   * Leaves nine tenths full. A key that comes n times has 24 bytes and 6 for each row (a posting list
   * of nbtree), one that comes once 20. A startup of .43 or .44 is that of three levels.
   */
  function assumePages(node) {
    if (node['Node Type'] !== 'Index Scan') return;
    const { tuples, indexes } = known.tables[node['Relation Name']];
    const condition = node['Index Cond'];
    const column = condition
      ? withoutValue(condition)
      : `${node['Index Name'].split('_').slice(0, 2).join('_')} =`;
    const share =
      known.shares.get(`${node['Relation Name']} ${column} a key`) ??
      known.shares.get(`${node['Relation Name']} ${column}`) ??
      0;
    const n = Math.max(1, share * tuples);
    const bytes = Math.min(20, (24 + 6 * n) / n);
    indexes[node['Index Name']] ??= {
      pages: Math.ceil((tuples * bytes) / (0.9 * 8192)),
      height: 2,
    };
  }

  function learnCorrelation({ node, above, workers, root }) {
    const index = known.tables[node['Relation Name']].indexes[node['Index Name']];
    if (index.correlation !== undefined || node.Filter !== undefined) return;
    const inner = isInner(node, above);
    if (node['Plan Rows'] < (inner ? 2 : 100)) return;
    const at = (correlation) => {
      index.correlation = correlation;
      return costOf(known.tables, scanOf(node, workers, known, root));
    };
    const [random, ordered] = [at(0), at(1)];
    const square = (random - node['Total Cost']) / (random - ordered);
    index.correlation = Math.sqrt(Math.min(1, Math.max(0, square)));
    known.taken.add(node);
  }
}

/** The operator of a scan, undefined of another node; of a bitmap scan with that of the index below it. */
export function scanOf(node, workers, known, root) {
  const shared = {
    table: node['Relation Name'],
    rows: node['Plan Rows'],
    width: node['Plan Width'],
    ...(node['Parallel Aware'] && { workers }),
  };
  const filters = conditionsOf(node.Filter);
  switch (node['Node Type']) {
    case 'Seq Scan':
      return { kind: 'sequential-scan', ...shared, conditions: filters };
    case 'Bitmap Heap Scan': {
      const [found] = node.Plans;
      const keys = conditionsOf(found['Index Cond']);
      return {
        kind: 'index-scan',
        ...shared,
        index: found['Index Name'],
        bitmap: true,
        indexSelectivity: Math.min(1, found['Plan Rows'] / known.tables[shared.table].tuples),
        indexConditions: keys,
        conditions: keys + filters,
      };
    }
    case 'Index Scan': {
      const repeats = rowsOfAlias(root, lookedUp(node), known);
      return {
        kind: 'index-scan',
        ...shared,
        index: node['Index Name'],
        indexSelectivity: foundBy(node, workers, known),
        indexConditions: conditionsOf(node['Index Cond']),
        conditions: filters,
        ...(repeats !== undefined && { repeats }),
      };
    }
  }
}

/** Rows that the planner expects of a table of the plan by its own conditions: get_loop_count(). */
function rowsOfAlias(root, alias, { tables, shares }) {
  for (const { node, workers } of nodesOf(root)) {
    if (alias === undefined || node.Alias !== alias) continue;
    if (lookedUp(node) === undefined)
      return Math.max(1, Math.round(node['Plan Rows'] * divisorOf(node, workers)));
    const table = node['Relation Name'];
    return Math.max(1, Math.round(keptBy(node.Filter, table, shares) * tables[table].tuples));
  }
}

/** The share that a filter keeps, its conditions taken for independent; a third by an unknown one. */
function keptBy(filter, table, shares) {
  const parts = filter?.match(/\w+ [<>=]+ \d+/g) ?? [];
  const kept = parts.map((part) => shares.get(`${table} (${part})`) ?? 1 / 3);
  return kept.reduce((product, one) => product * one, 1);
}

/**
 * The share that the index finds before the filter: of a condition that some plan shows without a
 * filter, or that of any key; else by the share that the filter keeps. What was measured when the plan
 * ran is never looked at: it would tell of the runtime.
 */
function foundBy(node, workers, { tables, shares }) {
  const condition = node['Index Cond'];
  if (condition === undefined) return 1;
  const table = node['Relation Name'];
  const { tuples } = tables[table];
  const rows = node['Plan Rows'] * divisorOf(node, workers);
  if (node.Filter === undefined) return Math.min(1, rows / tuples);
  const column = withoutValue(condition);
  const share = lookedUp(node)
    ? shares.get(`${table} ${column} a key`)
    : (shares.get(`${table} ${condition}`) ??
      (column.endsWith('=') ? shares.get(`${table} ${column}`) : undefined));
  if (share !== undefined) return share;
  return Math.min(1, rows / keptBy(node.Filter, table, shares) / tuples);
}

const JOINS = {
  'Nested Loop': ['nested-loop-join', 'Join Filter'],
  'Hash Join': ['hash-join', 'Hash Cond'],
  'Merge Join': ['merge-join', 'Merge Cond'],
};

/**
 * A plan as a QueryDag, with the planner's rows and widths. The node that makes a hash table is part
 * of its join. Gathering from workers and keeping rows are operators of no model: they bring their
 * cost, by cost_gather(), cost_gather_merge() and cost_material().
 */
export function dagOf(QueryDag, plan, known) {
  const dag = new QueryDag();
  add(plan, 0);
  return dag;

  function add(node, workers) {
    const type = node['Node Type'];
    if (type === 'Hash') return add(node.Plans[0], workers);
    const rows = node['Plan Rows'];
    const width = node['Plan Width'];
    const scan = scanOf(node, workers, known, plan);
    if (scan) return dag.add(scan);
    const inputs = node.Plans.map((child) => add(child, node['Workers Planned'] ?? workers));
    if (type in JOINS) {
      const [kind, condition] = JOINS[type];
      return dag.add({ kind, rows, width, conditions: conditionsOf(node[condition]) }, { inputs });
    }
    const name = type.toLowerCase().replace(' ', '-');
    return dag.add({ kind: 'custom', name, rows, width, cost: CUSTOM[type](node) }, { inputs });
  }
}

const CUSTOM = {
  Gather: ({ 'Plan Rows': rows }) => 1000 + 0.1 * rows,
  'Gather Merge': ({ 'Plan Rows': rows, 'Workers Planned': workers }) => {
    const streams = Math.log2(workers + 1);
    return 1000 + 0.005 * (workers + 1 + rows) * streams + (0.0025 + 0.105) * rows;
  },
  Materialize: ({ 'Plan Rows': rows }) => 0.005 * rows,
};
