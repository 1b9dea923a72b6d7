# Writes the one account with its password's hash; the image's own `default`, which has no password, is removed.
umask 077
hash=$(printf %s "$(cat /run/secrets/alt/CLICKHOUSE_PASSWORD)" | sha256sum | cut -d' ' -f1)
cat >/users/alt.xml <<XML
<clickhouse>
    <users>
        <default remove="remove"/>
        <$CLICKHOUSE_USER>
            <password_sha256_hex>$hash</password_sha256_hex>
            <networks><ip>::/0</ip></networks>
            <profile>alt</profile>
            <quota>default</quota>
            <grants>
                <query>GRANT ALL ON $CLICKHOUSE_DATABASE.*</query>
                <query>GRANT SELECT ON system.*</query>
            </grants>
        </$CLICKHOUSE_USER>
    </users>
    <profiles>
        <alt>
            <max_memory_usage>$QUERY_BYTES</max_memory_usage>
            <max_execution_time>60</max_execution_time>
        </alt>
    </profiles>
</clickhouse>
XML
