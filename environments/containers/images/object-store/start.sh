# Writes SeaweedFS' identities from the environment, and becomes its server: one role that anybody with keys may take,
# limited by its session policy.
set -eu
umask 077
: "${AWS_ACCESS_KEY_ID:?}" "${AWS_SECRET_ACCESS_KEY:?}"
mkdir -p /data/store
cat > /data/s3.json <<END
{"identities": [{"name": "admin", "actions": ["Admin", "Read", "List", "Tagging", "Write"],
  "credentials": [{"accessKey": "$AWS_ACCESS_KEY_ID", "secretKey": "$AWS_SECRET_ACCESS_KEY"}]}]}
END
cat > /data/iam.json <<END
{"sts": {"tokenDuration": "1h", "maxSessionLength": "12h", "issuer": "seaweedfs-sts",
  "signingKey": "$(head -c 32 /dev/urandom | base64)"},
 "policy": {"defaultEffect": "Deny", "storeType": "memory"},
 "policies": [{"name": "PolarisRW", "document": {"Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Action": ["s3:*"], "Resource": ["*"]}]}}],
 "roles": [{"roleName": "polaris", "roleArn": "arn:aws:iam::000000000000:role/polaris",
  "attachedPolicies": ["PolarisRW"], "trustPolicy": {"Version": "2012-10-17",
  "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": ["sts:AssumeRole"]}]}}]}
END
exec weed -logtostderr server -filer -s3 -dir=/data/store -ip=127.0.0.1 -ip.bind=0.0.0.0 -s3.port=4566 \
  -s3.port.iceberg=0 -s3.port.lance=0 -s3.config=/data/s3.json -s3.iam.config=/data/iam.json \
  -master.volumeSizeLimitMB=64 -master.resumeState=false -master.electionTimeout=1s -volume.max=50 \
  -volume.preStopSeconds=1
