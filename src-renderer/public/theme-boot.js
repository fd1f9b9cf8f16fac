// Runs before the first paint, so that the window never flashes in the wrong theme. The choice was kept by ui/theme.ts.
(function () {
  var choice = localStorage.getItem('theme') || 'system'
  var light = choice === 'light' || (choice === 'system' && matchMedia('(prefers-color-scheme: light)').matches)
  document.documentElement.dataset.theme = light ? 'light' : 'dark'
})()
