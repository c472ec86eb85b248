function love.conf(t)
  t.version = "11.4"
  t.identity = "harnest-contracts"
  t.window.title = "harnest in LÖVE"
  t.window.width, t.window.height = 960, 540
  t.window.vsync = 0 -- frames.lua limits the frame rate, also on screens without a refresh rate
  for _, module in ipairs { "audio", "sound", "physics", "joystick", "video" } do
    t.modules[module] = false
  end
end
