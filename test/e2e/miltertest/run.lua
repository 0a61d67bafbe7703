-- Runs `script` of `folder`, and says what is wrong, which miltertest keeps to itself.
dofile(folder .. "/session.lua")
local ok, problem = pcall(dofile, folder .. "/" .. script .. ".lua")
if not ok then
  mt.echo(tostring(problem))
  error(problem)
end
