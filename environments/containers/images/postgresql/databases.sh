for name in dagster marquez; do
  psql --username "$POSTGRES_USER" --dbname "$POSTGRES_DB" --command "CREATE DATABASE $name"
done
