-- What news_creator may do in `alt`: say how long its model took and how much it read and wrote; it sees nothing.
grant usage on schema public to news_creator;
grant execute on function record_work to news_creator;
