-- Three over one connection, of which the second is given up.
local conn = open()
hello(conn, "pass.example")
envelope(conn, "FIRST1", "<user@pass.example>")
content(conn, { "Subject", "one" })
says(conn, "spf=pass")

envelope(conn, "SECOND2", "<user@pass.example>")
must(mt.abort(conn))

envelope(conn, "THIRD3", "<user@neutral.example>")
content(conn, { "Subject", "three" })
says(conn, "spf=neutral")
mt.disconnect(conn)
