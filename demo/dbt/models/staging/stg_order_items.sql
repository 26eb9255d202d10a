-- A row that was delivered twice is the same in every column.
select distinct
  order_item_id::bigint as order_item_id,
  order_id::bigint as order_id,
  product_id::bigint as product_id,
  quantity::bigint as quantity,
  unit_price::decimal(10, 2) as unit_price
from {{ source("bronze", "raw_order_items") }}
where quantity > 0
