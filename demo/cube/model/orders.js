// One row an item of an order that was kept. mart_revenue has neither customer nor product, so this reads silver.
const { gold, silver } = COMPILE_CONTEXT.tenant.namespaces;

// Changes with every change of what the rollup is made from, also when a table was dropped and made again.
const newestSnapshots = [
  `"${silver}".stg_orders`,
  `"${silver}".stg_order_items`,
  `"${gold}".mart_customer_orders`,
  `"${gold}".mart_product_performance`,
]
  .map((table) => `SELECT max_by(snapshot_id, sequence_number) FROM iceberg_snapshots(lake.${table})`)
  .join(` UNION ALL `);

cube(`orders`, {
  sql: `
    SELECT l.order_item_id, o.order_id, o.customer_id, l.product_id, o.order_date::TIMESTAMP AS order_date, o.status,
           l.quantity::DECIMAL(18, 0) AS quantity, l.quantity * l.unit_price AS amount
    FROM lake."${silver}".stg_orders AS o
    JOIN lake."${silver}".stg_order_items AS l ON l.order_id = o.order_id
    WHERE o.status NOT IN ('cancelled', 'returned')`,

  joins: {
    customers: { relationship: `many_to_one`, sql: `${CUBE}.customer_id = ${customers}.customer_id` },
    products: { relationship: `many_to_one`, sql: `${CUBE}.product_id = ${products}.product_id` },
  },

  measures: {
    count: { sql: `order_id`, type: `count_distinct` },
    units: { sql: `quantity`, type: `sum` },
    revenue: { sql: `amount`, type: `sum`, format: `currency` },
    average_order_value: { sql: `${revenue} / NULLIF(${count}, 0)`, type: `number`, format: `currency` },
  },

  dimensions: {
    order_item_id: { sql: `order_item_id`, type: `number`, primary_key: true },
    order_id: { sql: `order_id`, type: `number` },
    status: { sql: `status`, type: `string` },
    order_date: { sql: `order_date`, type: `time` },
  },

  // The refresh worker keeps rollups; the API answers from them when the token's claim `rollups` says so, and from
  // the tables as they are now otherwise. References are functions here, since Cube makes them so only in a literal.
  pre_aggregations: COMPILE_CONTEXT.tenant.rollups ? {
    by_month: {
      measures: (CUBE) => [CUBE.revenue, CUBE.units],
      dimensions: (customers, products) => [customers.country, products.category],
      time_dimension: (CUBE) => CUBE.order_date,
      granularity: `month`,
      external: false,
      scheduled_refresh: true,
      refresh_key: { every: `1 second`, sql: () => newestSnapshots },
    },
  } : {},
});
