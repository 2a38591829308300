import { createServer } from 'node:http';
import { readFileSync, readdirSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { parse } from 'yaml';
import { parseTemplate } from '@tripline/model';
import { renderMessage } from '@tripline/render';
const R='/work/main/';
const load=(d)=>readdirSync(R+'examples/'+d).map(f=>parse(readFileSync(R+'examples/'+d+'/'+f,'utf8')));
const shelf=Object.fromEntries(load('templates').map(d=>[d.name,parseTemplate(d).value]));
const NOW=Date.parse('2026-11-25T10:31:12Z');
let ahead=NOW-Date.now();
const item=(sku,name,price,quantity)=>({sku,name,price,quantity});
const cart=(items)=>({items,total:items.reduce((a,i)=>a+i.price*i.quantity,0),url:'https://shop.example/cart'});
const mail=(n,user,template,data,trigger,step,at,extra={})=>{const r=renderMessage(shelf[template],{user:{name:user},data});if(!r.ok)throw new Error(JSON.stringify(r));const id=`act_${n}`;return {id,person:`u:${user.toLowerCase()}-k3fz`,channel:'email',to:`${user.toLowerCase()}-k3fz@shop.example`,from:r.value.from,subject:r.value.subject,text:r.value.text,html:r.value.html,trigger,step,at,...extra};};
const lamp=item('lamp','Reading lamp, brass',89,1),thr=item('throw','Linen throw, oat',64,2),rug=item('rug','Wool rug, 120 × 180',149,1);
const fullMail=()=>[
 mail(1,'Ada','cart-reminder',cart([lamp,thr]),'abandoned-cart','mail',NOW-20e3),
 mail(2,'Cleo','cart-reminder',cart([lamp]),'abandoned-cart','mail',NOW-21e3),
 mail(3,'Dora','cart-reminder',cart([thr]),'abandoned-cart','mail',NOW-22e3),
 mail(4,'Gina','onboarding-welcome',{},'onboarding','welcome',NOW-3600e3),
 {id:'act_9',person:'u:ida',channel:'sms',to:'+4915112345678',text:'Your parcel is on its way, Ida. Follow it: https://shop.example/p/81',trigger:'parcel',step:'text',at:NOW-5400e3},
 {id:'act_10',person:'u:ida',channel:'webhook',to:'https://crm.shop.example/hooks',text:'{"lead":"ida","score":12}',trigger:'sales',step:'crm',at:NOW-86400e3},
 mail(5,'Hugo','win-back',{},'win-back','mail',NOW-86400e3*3),
 {...mail(6,'Ada','win-back-last',{},'win-back','last',NOW-86400e3*4),id:'act_hostile',subject:'<img src=x onerror="window.hit=1"> & <script>window.hit=1</script>',to:'"><script>window.hit=1</script>@x.example',html:'<script>parent.hit=1;window.hit=1</script><img src="https://evil.example/p.png" onerror="parent.hit=1"><p style="color:red">Hello</p><meta http-equiv="refresh" content="0;url=http://127.0.0.1:8099/evil"><a href="javascript:parent.hit=1" target=_self id=js>x</a><a href="http://127.0.0.1:8099/evil" target=_self>self</a>'},
];
const msg=(id,user,trigger,step,template,status,reason,at,later=[],channel='email')=>({id,person:user.startsWith('a:')?user:`u:${user}`,userId:user,trigger,version:1,step,run:`run_${id}`,channel,template,status,reason,at,decided:at-12e3,expires:at+43200e3,later});
const fullMessages=()=>[
 msg('act_1','ada-k3fz','abandoned-cart','mail','cart-reminder','sent',undefined,NOW-20e3,['delivered','opened']),
 msg('act_2','cleo-k3fz','abandoned-cart','mail','cart-reminder','sent',undefined,NOW-21e3),
 msg('act_3','dora-k3fz','abandoned-cart','mail','cart-reminder','sent',undefined,NOW-22e3),
 msg('act_f','finn-k3fz','abandoned-cart','mail','cart-reminder','dropped','no-address',NOW-23e3),
 msg('act_g','emma','abandoned-cart','mail','cart-reminder','held','trigger-paused',NOW-300e3),
 msg('act_h','frida','abandoned-cart','mail','cart-reminder','recalled','recalled',NOW-900e3),
 msg('act_i','a:4f0c2b9e-8d6e-4c7a-9f7e-1b2c3d4e5f60','win-back','mail','win-back','dropped','no-consent',NOW-2000e3),
 msg('act_4','gina-k3fz','onboarding','welcome','onboarding-welcome','sent',undefined,NOW-3600e3,['delivered','clicked']),
 msg('act_j','jo','sales','crm','sales-call','failed','attempts-exhausted',NOW-4000e3,[],'webhook'),
 msg('act_k','kim','parcel','text','parcel-text','unknown','silent',NOW-86400e3,[],'sms'),
];
const fullTriggers=()=>load('triggers').map((document,i)=>({name:document.name,version:i+1,publishedAt:NOW-7*86400e3,withdrawn:false,state:process.env.PAUSED&&i===1?'paused':'running',document}));
const live=[
 {kind:'event',at:NOW-3623e3,person:'u:ada-k3fz',name:'$identify'},{kind:'event',at:NOW-3622e3,person:'u:ada-k3fz',name:'cart.item_added'},{kind:'event',at:NOW-3621e3,person:'u:ada-k3fz',name:'cart.item_added'},
 {kind:'event',at:NOW-3620e3,person:'u:bob-k3fz',name:'cart.item_added'},{kind:'event',at:NOW-3619e3,person:'u:bob-k3fz',name:'order.completed'},
 {kind:'firing',at:NOW-3608e3,person:'u:gina-k3fz',trigger:'onboarding',step:'welcome'},{kind:'outcome',at:NOW-3607e3,person:'u:gina-k3fz',trigger:'onboarding',step:'welcome',status:'sent'},
 {kind:'recall',at:NOW-900e3,person:'u:frida',trigger:'abandoned-cart',reason:'exit-event'},{kind:'outcome',at:NOW-899e3,person:'u:frida',trigger:'abandoned-cart',step:'mail',status:'recalled',reason:'recalled'},
 {kind:'firing',at:NOW-24e3,person:'u:finn-k3fz',trigger:'abandoned-cart',step:'mail'},{kind:'outcome',at:NOW-23e3,person:'u:finn-k3fz',trigger:'abandoned-cart',step:'mail',status:'dropped',reason:'no-address'},
 {kind:'firing',at:NOW-22e3,person:'u:ada-k3fz',trigger:'abandoned-cart',step:'mail'},{kind:'outcome',at:NOW-20e3,person:'u:ada-k3fz',trigger:'abandoned-cart',step:'mail',status:'sent'},
];
const person={person:'u:ada-k3fz',traits:{name:'Ada',email:'ada@shop.example',country:'DE',tags:['a','b']},revision:3,runs:[{run:'run_1',trigger:'abandoned-cart',version:1,key:'ada-cart',phase:'open',waitsFor:'no order.completed',since:'2026-11-25T09:31:00Z',until:'2026-11-25T10:31:00Z',decidedAt:'2026-11-25T10:31:10Z',known:{},lists:{},actions:[{id:'act',step:'mail',status:'pending',later:[],expires:'2026-11-26T00:00:00Z'}]}],silence:[{trigger:'win-back',last:'2026-11-20T09:31:00Z',until:'2026-12-20T09:31:00Z'}],remembered:[],counted:{}};
let full=process.argv[2]!=='empty', movable=process.argv[2]!=='fixed';
const types={mjs:'text/javascript',css:'text/css',svg:'image/svg+xml',html:'text/html'};
const hits=[];
const server=createServer((q,r)=>{const u=new URL(q.url,'http://x');hits.push(q.method+' '+q.url);
 const j=(b,s=200)=>{r.writeHead(s,{'content-type':'application/json'});r.end(JSON.stringify(b));};
 if(u.pathname==='/api/messages')return j({messages:full?fullMessages():[]});
 if(u.pathname==='/api/mailbox')return j({mail:full?fullMail():[]});
 if(u.pathname==='/api/triggers')return j({triggers:fullTriggers()});
 if(u.pathname==='/api/clock'){if(q.method==='POST')ahead+=3600e3;return j({now:Date.now()+ahead,movable});}
 if(u.pathname==='/api/dead-letters')return j({deadLetters:full?[{reason:'not-json',detail:'unexpected end after 12 bytes',source:'tripline.ingest[3]@118',received:'2026-11-25T10:02:00Z',text:'{"userId":"a'},{reason:'not-utf8',detail:'byte 0xff at 0',source:'tripline.ingest[1]@9',received:String(NOW-5e6),base64:'//79AA=='}]:[]});
 if(u.pathname.startsWith('/api/persons/'))return j(person);
 if(u.pathname==='/api/live'){r.writeHead(200,{'content-type':'text/event-stream'});if(full)for(const l of live)r.write(`data: ${JSON.stringify(l)}\n\n`);else r.write(': hello\n\n');return;}
 if(u.pathname.startsWith('/api/'))return j({});
 const f=u.pathname==='/'?'/index.html':u.pathname;
 try{const b=readFileSync(R+'libs/nest/control/public'+f);r.writeHead(200,{'content-type':types[f.split('.').pop()]});r.end(b);}catch{r.writeHead(404);r.end();}
}).listen(8099);
const browser=await chromium.launch({executablePath:'/usr/bin/chromium',args:'--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync'.split(' ')});
for(const [name,w,h,scheme] of [['wide',1280,860,'light'],['wide-dark',1280,860,'dark'],['narrow',400,860,'light'],['narrow-dark',400,860,'dark'],['mid',900,860,'light']]){
 const c=await browser.newContext({viewport:{width:w,height:h},colorScheme:scheme,deviceScaleFactor:1,locale:'en-GB',timezoneId:'UTC'});
 const p=await c.newPage();p.on('console',m=>['error','warning'].includes(m.type())&&console.log(name,m.text()));p.on('pageerror',e=>console.log(name,'ERR',e.message));
 await p.goto('http://127.0.0.1:8099/');await p.waitForSelector('.trigger');await p.waitForTimeout(900);
 await p.screenshot({path:`/tmp/page/${process.argv[2]??'full'}-${name}.png`,fullPage:true});
 if(full&&name.startsWith('wide')){await p.click('.live .person');await p.waitForTimeout(300);await p.screenshot({path:`/tmp/page/person-${name}.png`});await p.keyboard.press('Escape');}
 if(full&&name==='wide'){await p.click('[data-id=act_hostile]');await p.waitForTimeout(1000);await p.screenshot({path:'/tmp/page/hostile.png'});console.log('hit',await p.evaluate(()=>window.hit),p.url(),hits.filter(h=>h.includes('evil')));
 await p.click('[data-id=act_9]');await p.waitForTimeout(200);await p.screenshot({path:'/tmp/page/sms.png'});
 await p.click('.skips button');await p.waitForTimeout(500);await p.screenshot({path:'/tmp/page/skip.png'});}
 await c.close();}
await browser.close();server.closeAllConnections();server.close();
