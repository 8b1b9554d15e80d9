"""The main city of each sorting district, by the first three digits of its pincodes."""

from typing import Final

_TABLE: Final = """
110 New Delhi
121 Faridabad | 122 Gurugram | 123 Rewari | 124 Rohtak | 125 Hisar | 126 Jind | 127 Bhiwani
131 Sonipat | 132 Karnal | 133 Ambala | 134 Panchkula | 135 Yamunanagar | 136 Kurukshetra
140 Mohali | 141 Ludhiana | 142 Moga | 143 Amritsar | 144 Jalandhar | 145 Pathankot
146 Hoshiarpur | 147 Patiala | 148 Sangrur | 151 Bathinda | 152 Firozpur | 160 Chandigarh
171 Shimla | 172 Rampur | 173 Solan | 174 Bilaspur | 175 Mandi | 176 Kangra | 177 Hamirpur
180 Jammu | 181 Jammu | 182 Udhampur | 184 Kathua | 185 Rajouri | 190 Srinagar | 191 Srinagar
192 Anantnag | 193 Baramulla | 194 Leh
201 Ghaziabad | 202 Aligarh | 203 Bulandshahr | 204 Hathras | 205 Mainpuri | 206 Etawah
207 Etah | 208 Kanpur | 209 Kanpur | 210 Banda | 211 Prayagraj | 212 Prayagraj | 221 Varanasi
222 Jaunpur | 223 Jaunpur | 224 Ayodhya | 225 Barabanki | 226 Lucknow | 227 Sultanpur
228 Sultanpur | 229 Raebareli | 230 Pratapgarh | 231 Mirzapur | 232 Chandauli | 233 Ghazipur
241 Hardoi | 242 Shahjahanpur | 243 Bareilly | 244 Moradabad | 246 Bijnor | 247 Saharanpur
248 Dehradun | 249 Haridwar | 250 Meerut | 251 Muzaffarnagar | 261 Sitapur | 262 Pilibhit
263 Nainital | 271 Gonda | 272 Basti | 273 Gorakhpur | 274 Deoria | 275 Mau | 276 Azamgarh
277 Ballia | 281 Mathura | 282 Agra | 283 Firozabad | 284 Jhansi | 285 Jalaun
301 Alwar | 302 Jaipur | 303 Jaipur | 304 Tonk | 305 Ajmer | 306 Pali | 307 Sirohi
311 Bhilwara | 312 Chittorgarh | 313 Udaipur | 314 Dungarpur | 321 Bharatpur | 322 Sawai Madhopur
323 Bundi | 324 Kota | 325 Baran | 326 Jhalawar | 327 Banswara | 328 Dholpur | 331 Churu
332 Sikar | 333 Jhunjhunu | 334 Bikaner | 335 Sri Ganganagar | 341 Nagaur | 342 Jodhpur
343 Jalore | 344 Barmer | 345 Jaisalmer
360 Rajkot | 361 Jamnagar | 362 Junagadh | 363 Surendranagar | 364 Bhavnagar | 365 Amreli
370 Kutch | 380 Ahmedabad | 382 Ahmedabad | 383 Sabarkantha | 384 Mehsana | 385 Banaskantha
387 Kheda | 388 Anand | 389 Panchmahal | 390 Vadodara | 391 Vadodara | 392 Bharuch
393 Bharuch | 394 Surat | 395 Surat | 396 Valsad
400 Mumbai | 401 Palghar | 402 Raigad | 403 Panaji | 410 Pune | 411 Pune | 412 Pune
413 Solapur | 414 Ahilyanagar | 415 Satara | 416 Kolhapur | 421 Thane | 422 Nashik | 423 Nashik
424 Dhule | 425 Jalgaon | 431 Chhatrapati Sambhajinagar | 440 Nagpur | 441 Nagpur | 442 Chandrapur
443 Buldhana | 444 Amravati | 445 Yavatmal
450 Khandwa | 451 Khargone | 452 Indore | 453 Indore | 454 Dhar | 455 Dewas | 456 Ujjain
457 Ratlam | 458 Mandsaur | 460 Betul | 461 Narmadapuram | 462 Bhopal | 464 Vidisha
465 Shajapur | 466 Sehore | 470 Sagar | 471 Chhatarpur | 472 Tikamgarh | 473 Guna
474 Gwalior | 475 Gwalior | 476 Morena | 477 Bhind | 480 Chhindwara | 481 Balaghat | 482 Jabalpur
483 Katni | 484 Shahdol | 485 Satna | 486 Rewa | 487 Narsinghpur | 488 Panna
490 Durg | 491 Durg | 492 Raipur | 493 Raipur | 494 Bastar | 495 Bilaspur | 496 Raigarh
497 Surguja
500 Hyderabad | 501 Rangareddy | 502 Sangareddy | 503 Nizamabad | 504 Adilabad | 505 Karimnagar
506 Warangal | 507 Khammam | 508 Nalgonda | 509 Mahabubnagar
515 Anantapur | 516 Kadapa | 517 Chittoor | 518 Kurnool | 520 Vijayawada | 521 Krishna
522 Guntur | 523 Ongole | 524 Nellore | 530 Visakhapatnam | 531 Visakhapatnam | 532 Srikakulam
533 East Godavari | 534 West Godavari | 535 Vizianagaram
560 Bengaluru | 561 Bengaluru Rural | 562 Bengaluru Rural | 563 Kolar | 570 Mysuru | 571 Mandya
572 Tumakuru | 573 Hassan | 574 Dakshina Kannada | 575 Mangaluru | 576 Udupi | 577 Shivamogga
580 Hubballi-Dharwad | 581 Uttara Kannada | 582 Gadag | 583 Ballari | 584 Raichur
585 Kalaburagi | 586 Vijayapura | 587 Bagalkot | 590 Belagavi | 591 Belagavi
600 Chennai | 601 Tiruvallur | 602 Tiruvallur | 603 Chengalpattu | 604 Viluppuram
605 Puducherry | 606 Tiruvannamalai | 607 Cuddalore | 608 Cuddalore | 609 Mayiladuthurai
610 Tiruvarur | 611 Nagapattinam | 612 Kumbakonam | 613 Thanjavur | 614 Thanjavur
620 Tiruchirappalli | 621 Tiruchirappalli | 622 Pudukkottai | 623 Ramanathapuram | 624 Dindigul
625 Madurai | 626 Virudhunagar | 627 Tirunelveli | 628 Thoothukudi | 629 Kanyakumari
630 Sivaganga | 631 Kancheepuram | 632 Vellore | 635 Krishnagiri | 636 Salem | 637 Namakkal
638 Erode | 639 Karur | 641 Coimbatore | 642 Coimbatore | 643 Nilgiris
670 Kannur | 671 Kasaragod | 673 Kozhikode | 676 Malappuram | 678 Palakkad | 679 Palakkad
680 Thrissur | 682 Kochi | 683 Ernakulam | 685 Idukki | 686 Kottayam | 688 Alappuzha
689 Pathanamthitta | 690 Alappuzha | 691 Kollam | 695 Thiruvananthapuram
700 Kolkata | 711 Howrah | 712 Hooghly | 713 Purba Bardhaman | 721 Paschim Medinipur
722 Bankura | 723 Purulia | 731 Birbhum | 732 Malda | 733 Dinajpur | 734 Darjeeling
735 Jalpaiguri | 736 Cooch Behar | 737 Gangtok | 741 Nadia | 742 Murshidabad
743 North 24 Parganas | 744 Port Blair
751 Bhubaneswar | 752 Puri | 753 Cuttack | 754 Cuttack | 755 Jajpur | 756 Balasore | 757 Mayurbhanj
758 Keonjhar | 759 Dhenkanal | 760 Ganjam | 761 Ganjam | 762 Kandhamal | 764 Koraput | 765 Rayagada
766 Kalahandi | 767 Balangir | 768 Sambalpur | 769 Rourkela | 770 Sundargarh
781 Guwahati | 782 Nagaon | 783 Goalpara | 784 Sonitpur | 785 Jorhat | 786 Dibrugarh
787 Lakhimpur | 788 Cachar
791 Itanagar | 793 Shillong | 794 Tura | 795 Imphal | 796 Aizawl | 797 Kohima | 798 Mokokchung
799 Agartala
800 Patna | 801 Patna | 802 Bhojpur | 803 Nalanda | 804 Jehanabad | 805 Nawada | 811 Munger
812 Bhagalpur | 813 Bhagalpur | 814 Deoghar | 815 Giridih | 816 Sahibganj | 821 Rohtas
822 Palamu | 823 Gaya | 824 Aurangabad | 825 Hazaribagh | 826 Dhanbad | 827 Bokaro
828 Dhanbad | 829 Ramgarh | 831 Jamshedpur | 832 East Singhbhum | 833 West Singhbhum | 834 Ranchi
835 Ranchi | 841 Saran | 842 Muzaffarpur | 843 Sitamarhi | 844 Vaishali | 845 East Champaran
846 Darbhanga | 847 Madhubani | 848 Samastipur | 851 Begusarai | 852 Saharsa | 854 Purnia
"""

DISTRICTS: Final = {
    code: place
    for code, _, place in (
        entry.strip().partition(" ") for line in _TABLE.splitlines() for entry in line.split("|")
    )
    if code
}
