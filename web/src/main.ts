import { mount } from 'svelte'
import './app.css'
import App from './App.svelte'
import { session } from './stores/session.svelte'

const target = document.getElementById('app')
if (target !== null) mount(App, { target })
void session.begin()
