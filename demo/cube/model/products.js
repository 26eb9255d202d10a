// One row a product, as the mart has them.
const { gold } = COMPILE_CONTEXT.tenant.namespaces;

cube(`products`, {
  sql_table: `lake."${gold}".mart_product_performance`,

  measures: {
    count: { type: `count` },
    units: { sql: `units::DECIMAL(18, 0)`, type: `sum` },
    revenue: { sql: `revenue`, type: `sum`, format: `currency`, description: `Of all items that were sold.` },
    average_price: { sql: `${revenue} / NULLIF(${units}, 0)`, type: `number`, format: `currency` },
  },

  dimensions: {
    product_id: { sql: `product_id`, type: `number`, primary_key: true, public: true },
    name: { sql: `product_name`, type: `string` },
    category: { sql: `category`, type: `string` },
  },
});
