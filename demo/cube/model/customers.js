// One row a customer, as the mart has them.
const { gold } = COMPILE_CONTEXT.tenant.namespaces;

cube(`customers`, {
  sql_table: `lake."${gold}".mart_customer_orders`,

  measures: {
    count: { type: `count` },
    revenue: { sql: `revenue`, type: `sum`, format: `currency`, description: `Of all their orders that were kept.` },
    average_revenue: { sql: `revenue`, type: `avg`, format: `currency` },
    orders: { sql: `${CUBE}.orders::DECIMAL(18, 0)`, type: `sum` },
  },

  dimensions: {
    customer_id: { sql: `customer_id`, type: `number`, primary_key: true, public: true },
    name: { sql: `customer_name`, type: `string` },
    country: { sql: `country`, type: `string` },
    segment: { sql: `segment`, type: `string` },
    first_order_date: { sql: `first_order_date::TIMESTAMP`, type: `time` },
    last_order_date: { sql: `last_order_date::TIMESTAMP`, type: `time` },
  },
});
