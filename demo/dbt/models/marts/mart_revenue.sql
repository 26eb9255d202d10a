select
  orders.order_date,
  customers.country,
  products.category,
  count(distinct orders.order_id)::bigint as orders,
  sum(items.quantity)::bigint as items,
  sum(items.quantity * items.unit_price)::decimal(18, 2) as revenue
from {{ ref("stg_orders") }} as orders
join {{ ref("stg_customers") }} as customers using (customer_id)
join {{ ref("stg_order_items") }} as items using (order_id)
join {{ ref("stg_products") }} as products using (product_id)
where orders.status not in ('cancelled', 'returned')
group by all
