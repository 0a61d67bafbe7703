-- `stage` is the command at which the filter is set to refuse.
local function told(conn, what, at)
  replied(conn, what, stage == at and SMFIR_REPLYCODE or SMFIR_CONTINUE)
  return stage == at
end

local conn = open()
must(mt.helo(conn, "fail.example"))
if not told(conn, "HELO", "helo") then
  must(mt.macro(conn, SMFIC_MAIL, "i", "REFUSED1"))
  must(mt.mailfrom(conn, "<user@fail.example>"))
  if not told(conn, "MAIL", "mail") then
    must(mt.rcptto(conn, "<one@rcpt.example>"))
    told(conn, "RCPT", "rcpt")
  end
end
mt.disconnect(conn)
