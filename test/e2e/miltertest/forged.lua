local conn = open()
hello(conn, "pass.example")
envelope(conn, "FORGED1", "<user@pass.example>")
content(conn, {
  "Authentication-Results", "other.example; spf=pass",
  "Authentication-Results", "mx.receiver.example; dkim=pass header.d=bank.example",
  "Subject", "test",
})
is("the forged field deleted", mt.eom_check(conn, MT_HDRDELETE, "Authentication-Results"), true)
is("a subject deleted", mt.eom_check(conn, MT_HDRDELETE, "Subject"), false)
says(conn, "spf=pass")
changes_nothing_else(conn)
mt.disconnect(conn)
