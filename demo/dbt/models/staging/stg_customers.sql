select
  customer_id::bigint as customer_id,
  trim(name) as customer_name,
  lower(trim(email)) as email,
  coalesce(upper(trim(country)), 'UNKNOWN') as country,
  lower(trim(segment)) as segment,
  created_at::timestamp as created_at
from {{ source("bronze", "raw_customers") }}
