-- What rask_log_aggregator may do in `alt`: keep and show log lines, and nothing else.
grant usage on schema public to rask_log_aggregator;
grant select on service_log_counts to rask_log_aggregator;
grant select, insert on service_logs to rask_log_aggregator;
grant execute on function prepare_service_logs to rask_log_aggregator;
