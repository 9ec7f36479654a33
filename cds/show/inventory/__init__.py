"""Stock, orders and the nightly run, as text, pages and workbooks."""
