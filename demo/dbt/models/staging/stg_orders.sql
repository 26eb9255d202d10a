-- A row that was delivered twice is the same in every column.
select distinct
  order_id::bigint as order_id,
  customer_id::bigint as customer_id,
  order_date::timestamp::date as order_date,
  lower(trim(status)) as status
from {{ source("bronze", "raw_orders") }}
