function love.conf(t)
  t.version = "11.4"
  t.identity = "harnest-contracts"
  t.window.title = "harnest in LÖVE"
  t.window.width, t.window.height = 960, 540
  t.window.vsync = 0 -- frames.lua keeps the time, on screens that have no refresh rate too
  for _, module in ipairs { "audio", "sound", "physics", "joystick", "video" } do
    t.modules[module] = false
  end
end
