select
  customers.customer_id,
  customers.customer_name,
  customers.country,
  customers.segment,
  min(orders.order_date) as first_order_date,
  max(orders.order_date) as last_order_date,
  count(distinct orders.order_id)::bigint as orders,
  coalesce(sum(items.quantity * items.unit_price), 0)::decimal(18, 2) as revenue
from {{ ref("stg_customers") }} as customers
left join {{ ref("stg_orders") }} as orders
  on orders.customer_id = customers.customer_id and orders.status not in ('cancelled', 'returned')
left join {{ ref("stg_order_items") }} as items using (order_id)
group by all
