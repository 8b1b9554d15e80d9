"""What people choose first when they are asked for a password, and attackers try first.

Stems of our own gathering, without the digits and signs that people put around them: the
policy takes those off, and undoes `@` for `a`, before it looks here.
"""

from typing import Final

COMMON_STEMS: Final = frozenset(
    """
    pass passwd pwd password passwords passwort passphrase passcode passkey passpass passme
    mypass mypassword
    thepassword newpassword oldpassword yourpassword userpassword adminpassword rootpassword
    changeme changeit changenow changethis changepassword resetme resetpassword default
    defaultpassword temporary temppass temppassword temppwd initial initialpassword secret secrets
    topsecret mysecret supersecret secretpassword private access accessme letmein letmeinnow
    letmepass letmego openup openme opensesame sesame welcome welcomeback welcomehome welcometo
    hello hellohello hellothere helloworld hellokitty helloyou hithere goodmorning goodnight
    goodbye goodluck
    admin admins administrator adminadmin administration sysadmin superadmin superuser root
    rootroot
    toor user users username useruser guest guestguest demo demodemo tester testing testtest
    testuser testpass testpassword test tests trial sample example student teacher manager
    employee
    office officepass company business server servers system systems network internet intranet
    computer computers laptop keyboard monitor windows linux ubuntu debian apple iphone android
    samsung nokia motorola google gmail yahoo hotmail outlook facebook instagram twitter whatsapp
    telegram youtube snapchat linkedin amazon flipkart netflix spotify microsoft oracle database
    mysql postgres postgresql mongodb redis docker kubernetes jenkins cisco router switch gateway
    firewall security secure secured login logins loginme signin signup register account accounts
    myaccount
    qwerty qwertyu qwertyui qwertyuio qwertyuiop qwertyqwerty qwert qwer qwerqwer qweqwe qweasd
    qweasdzxc qazwsx qazwsxedc qazxsw wsxedc asdf asdfg asdfgh asdfghj asdfghjk asdfghjkl asdfasdf
    asdasd asdzxc zxcv zxcvb zxcvbn zxcvbnm zxcasd zaqwsx zaqxsw poiuy poiuyt poiuytrewq lkjhgfdsa
    mnbvcxz azerty azertyuiop qwertz qwertzuiop dvorak
    abc abcd abcde abcdef abcdefg abcdefgh abcdefghi abcabc abcdabcd aaa aaaa aaaaaa aaaaaaaa
    1q2w3e4r 1q2w3e4r5t 1qaz2wsx 1qazxsw2 q1w2e3r4 q1w2e3r4t5 zaq12wsx zaq1zaq1 a1b2c3d4
    iloveyou iloveu ilovehim iloveher iloveit ilovegod ilovemom ilovedad ilovemyself ilovemylife
    ilovemusic ilovecats ilovedogs ilovejesus iloveindia loveyou lovely lovelove loveme loveyoumom
    lovers loverboy lovergirl mylove truelove forever foreverlove together always alwayslove
    kisses
    kissme hugs sweetheart sweetie sweety darling honey honeybee honeybunny baby babygirl babyboy
    babydoll babyblue angel angels angelina princess princes prince queen kingkong king kings
    kingdom cutie cutiepie beautiful beauty gorgeous pretty handsome sexy sexygirl
    sunshine sunflower sunset sunrise sunday monday tuesday wednesday thursday friday saturday
    january february march april june july august september october november december spring
    summer
    summertime autumn winter snowflake snowball rainbow rainbows raindrop thunder lightning
    hurricane tornado storm stormy ocean river mountain forest island paradise heaven starlight
    starbright moonlight moon moonshine midnight galaxy universe planet earth mercury venus
    jupiter
    saturn neptune pluto
    monkey monkeys dragon dragons dragonball tiger tigers tigger lion lions panther leopard
    cheetah
    jaguar cougar eagle eagles falcon falcons hawk raven ravens phoenix peacock parrot penguin
    dolphin dolphins shark sharks whale turtle rabbit bunny kitten kitty kittycat puppy
    doggy doggie
    doggies horse horses unicorn elephant panda gorilla butterfly ladybug spider scorpion snake
    viper cobra python wolf wolves wolverine bear bears buster bailey charlie maggie molly lucky
    lucy sadie rocky shadow smokey max tommy oscar simba bella coco
    football footballer soccer basketball baseball softball volleyball hockey cricket cricketer
    tennis golf golfer boxing wrestling racing runner rugby swimming badminton chess sports sporty
    champion champions winner winners victory player players playboy gamer gaming games gameover
    liverpool chelsea arsenal manchester barcelona realmadrid juventus milan yankees redsox lakers
    cowboys steelers packers raiders bulls celtics patriots broncos ferrari porsche mustang
    corvette
    camaro mercedes toyota honda yamaha suzuki bmw audi harley ducati hyundai
    superman batman spiderman ironman superstar superhero superwoman supergirl wonderwoman captain
    captainamerica avengers hulk thor joker deadpool pokemon pikachu naruto sasuke goku vegeta
    doraemon mickey mickeymouse minnie donald tinkerbell snoopy garfield scooby scoobydoo
    spongebob
    barbie starwars startrek skywalker darthvader jedi yoda chewbacca gandalf frodo hobbit matrix
    neo trinity terminator rambo rocketman harrypotter hogwarts gryffindor slytherin dumbledore
    hermione voldemort sherlock jamesbond zelda mario luigi sonic minecraft roblox
    fortnite callofduty counterstrike warcraft worldofwarcraft starcraft leagueoflegends
    dota diablo halo
    metallica nirvana slipknot eminem rockstar rocknroll rockandroll guitar guitarist
    drummer music
    musica musical musiclover singer dancer dancing dance hiphop metal blink beatles elvis madonna
    beyonce rihanna shakira bieber justin onedirection bts blackpink
    michael michelle jennifer jessica ashley amanda nicole daniel danielle andrew joshua matthew
    anthony william robert richard thomas charles christopher christian christine christina
    patrick
    jordan jonathan nathan nicholas alexander alexandra alexis brandon austin hunter tyler justice
    samantha stephanie elizabeth victoria veronica vanessa natasha natalie rebecca rachel sarah
    andrea angela melissa george edward david johnny jackson jasmine jasper joseph steven stephen
    taylor morgan mother father brother sister family friend friends friendship bestfriend
    bestfriends mommy daddy mummy papa grandma grandpa children
    krishna ganesh ganesha shiva lakshmi saraswati hanuman jaihanuman jaishriram shriram sairam
    omsairam omnamahshivaya harekrishna waheguru allah bismillah jesus jesuschrist jesuslovesme
    christ blessed blessing praisegod godisgood godislove faith hope grace amen hallelujah
    india indian indians jaihind bharat hindustan mumbai delhi bangalore bengaluru chennai kolkata
    hyderabad pune mahatma gandhi bollywood salman shahrukh sachin dhoni virat kohli rohit rahul
    priya pooja anjali neha deepak sanjay sunil suresh ramesh rajesh rakesh mahesh mukesh
    vijay ajay
    abhishek amitabh aishwarya chocolate namaste
    london paris newyork california texas florida america american australia canada england
    germany france italy spain brazil mexico russia china japan africa
    cookie cookies cheese cheesecake banana bananas orange oranges strawberry cherry mango
    pineapple
    peaches peanut peanuts pepper pumpkin coffee chicken pizza hamburger sandwich icecream candy
    sugar vanilla cinnamon ginger coconut whiskey vodka tequila beer cocacola pepsi
    diamond diamonds crystal silver golden gold platinum emerald ruby sapphire pearl
    treasure money
    moneymoney cash dollar dollars million millionaire billionaire rich lottery
    red blue green yellow purple pink black white orange magenta blackcat blackbird blacksmith
    whitehouse greenday greenapple bluesky bluemoon redrose redbull pinkfloyd purplerain
    freedom liberty peace peaceful happy happiness happyday happyday birthday happybirthday
    christmas newyear holiday vacation party anniversary wedding life mylife lifeisgood goodlife
    destiny fantasy dreams dreamer dreaming magic magical mystery miracle infinity eternity legend
    hero warrior soldier fighter killer hunter assassin ninja samurai pirate pirates cowboy
    gangster
    mafia hacker hackers matrix master masters mastermind monster monsters devil demon
    zombie vampire ghost skull death darkness darkside nightmare blood evil hell insane
    crazy crazygirl crazyboy
    loser stupid idiot nothing something anything whatever whocares dontknow forgot forgotten
    remember idontknow nopassword none null undefined blank empty trustno trustnoone trustme
    fuckyou fuckoff fuckme fucker fuck asshole bullshit bitch shithead
    shop shopping shopper customer customers novacart store cart checkout buyer seller order
    orders
    """.split()
)
