import { mount } from 'svelte'
import './app.css'
import './rows.css'
import App from './App.svelte'
import { language } from './stores/language.svelte'
import { session } from './stores/session.svelte'

void session.begin()
await language.begin()
const target = document.getElementById('app')
if (target !== null) mount(App, { target })
