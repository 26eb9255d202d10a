with sold as (
  select items.product_id, items.order_id, items.quantity, items.unit_price
  from {{ ref("stg_order_items") }} as items
  join {{ ref("stg_orders") }} as orders using (order_id)
  where orders.status not in ('cancelled', 'returned')
)

select
  products.product_id,
  products.product_name,
  products.category,
  coalesce(sum(sold.quantity), 0)::bigint as units,
  count(distinct sold.order_id)::bigint as orders,
  coalesce(sum(sold.quantity * sold.unit_price), 0)::decimal(18, 2) as revenue
from {{ ref("stg_products") }} as products
left join sold using (product_id)
group by all
