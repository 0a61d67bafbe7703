-- What the scripts share. `socket`, where the filter listens, is given on the command line.

-- Functions of miltertest return nil, or what went wrong.
function must(problem)
  if problem ~= nil then error(tostring(problem), 2) end
end

function is(what, got, wanted)
  if got ~= wanted then
    error(what .. ": " .. tostring(got) .. " and not " .. tostring(wanted), 2)
  end
end

function replied(conn, what, wanted)
  is("the reply to " .. what, string.char(mt.getreply(conn)), string.char(wanted))
end

-- A client at 192.0.2.1 that has not said HELO.
function open()
  local conn = mt.connect(socket)
  if conn == nil then error("no connection to " .. socket, 2) end
  must(mt.conninfo(conn, "mail.example.org", "192.0.2.1"))
  replied(conn, "the connection", SMFIR_CONTINUE)
  return conn
end

function hello(conn, name)
  must(mt.helo(conn, name))
  replied(conn, "HELO", SMFIR_CONTINUE)
end

-- The envelope of a message that is let go on.
function envelope(conn, id, from)
  must(mt.macro(conn, SMFIC_MAIL, "i", id))
  must(mt.mailfrom(conn, from))
  replied(conn, "MAIL", SMFIR_CONTINUE)
  must(mt.rcptto(conn, "<one@rcpt.example>"))
  replied(conn, "RCPT", SMFIR_CONTINUE)
end

-- The rest of it. `fields` are names and values by turns.
function content(conn, fields)
  must(mt.data(conn))
  replied(conn, "DATA", SMFIR_CONTINUE)
  for i = 1, #fields, 2 do
    must(mt.header(conn, fields[i], fields[i + 1]))
    replied(conn, fields[i], SMFIR_CONTINUE)
  end
  if not mt.test_option(conn, SMFIP_NOEOH) then must(mt.eoh(conn)) end
  must(mt.eom(conn))
  replied(conn, "the end of the message", SMFIR_CONTINUE)
end

-- Our field, on top of all others, says that.
function says(conn, wanted)
  is("a field on top", mt.eom_check(conn, MT_HDRINSERT, "Authentication-Results"), true)
  local field = mt.getheader(conn, "Authentication-Results", 0)
  if string.find(field, wanted, 1, true) == nil then
    error(wanted .. " is not in " .. field, 2)
  end
end

function changes_nothing_else(conn)
  is("another body", mt.eom_check(conn, MT_BODYCHANGE), false)
  is("a field added below", mt.eom_check(conn, MT_HDRADD), false)
  is("a subject changed", mt.eom_check(conn, MT_HDRCHANGE, "Subject"), false)
end
