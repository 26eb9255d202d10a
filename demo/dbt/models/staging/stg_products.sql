select
  product_id::bigint as product_id,
  trim(name) as product_name,
  lower(trim(category)) as category,
  abs(unit_price)::decimal(10, 2) as unit_price
from {{ source("bronze", "raw_products") }}
